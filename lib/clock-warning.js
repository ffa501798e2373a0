'use strict';

let warned = false;

/**
 * Tells once that this machine's clock is wrong: logins work, because they are signed with the
 * server's time, but much else on this machine will not.
 *
 * @param {number} skew seconds by which the server's clock is ahead
 */
function warnOfClock(skew) {
  if (warned) return;
  warned = true;
  const state = `${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} Salesforce's`;
  process.emitWarning(`This machine's clock is ${state}: set it.`, {
    type: 'ClockSkewWarning',
    code: 'CLOCK_SKEW',
  });
}

module.exports = { warnOfClock };
