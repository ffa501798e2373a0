'use strict';

const { randomInt } = require('node:crypto');

/**
 * Measures every variant once a round, in an order drawn for each round, so that what disturbs the
 * machine disturbs all alike. A first round is not counted: it warms the caches of files and code.
 *
 * @template V, S
 * @param {V[]} variants
 * @param {number} rounds
 * @param {(variant: V, round: number) => Promise<S>} measure
 * @returns {Promise<Map<V, S[]>>}
 */
async function inRounds(variants, rounds, measure) {
  /** @type {Map<V, S[]>} */
  const samples = new Map(variants.map((variant) => [variant, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const variant of shuffled(variants)) {
      const sample = await measure(variant, round);
      if (round > 0) samples.get(variant).push(sample);
    }
  }
  return samples;
}

function shuffled(items) {
  const drawn = [...items];
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [drawn[last], drawn[other]] = [drawn[other], drawn[last]];
  }
  return drawn;
}

module.exports = { inRounds };
