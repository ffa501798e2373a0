'use strict';

// getConnection with a live token: what every call after the first costs.

const { ratio, spread, table } = require('./figures.js');
const { loginAt } = require('./login.js');
const { inRounds } = require('./rounds.js');

const BAR = 0.55;

/**
 * @param {import('./authorization-server').AuthorizationServer} server
 * @param {{ warmRounds: number, warmCalls: number }} options
 */
async function warmHit({ origins }, { warmRounds, warmCalls }) {
  const ours = require('./managers/ours.js');
  const seed = require('./managers/seed.js');
  const config = loginAt(origins.http);
  const same = {
    seed: (config) => seed.getConnection(config),
    ours: (config) => ours.getConnection(config),
    floor: floorFor(config),
  };
  const fresh = {
    seed: (config) => seed.getConnection(copyOf(config)),
    ours: (config) => ours.getConnection(copyOf(config)),
  };
  const calls = [...Object.values(same), ...Object.values(fresh)];
  const samples = await inRounds(calls, warmRounds, (call) => timed(call, config, warmCalls));

  const of = (call, figure) => samples.get(call).map((sample) => sample[figure]);
  const row = (name, call, base) => [
    name,
    ...['cpu', 'wall'].map((figure) => spread(of(call, figure), 0, of(base, figure))),
  ];
  const bar = (name, { ours, seed }) => ({
    name: `warm call, ${name} config object, CPU: ours / seed`,
    measured: ratio(of(ours, 'cpu'), of(seed, 'cpu')),
    limit: BAR,
  });
  const rows = [
    row('seed, same config object', same.seed, same.seed),
    row('ours, same config object', same.ours, same.seed),
    row('floor: WeakMap and clock', same.floor, same.seed),
    row('seed, fresh config object', fresh.seed, fresh.seed),
    row('ours, fresh config object', fresh.ours, fresh.seed),
  ];
  return {
    title: 'Warm hit: one awaited getConnection',
    table: table(['ns: min / median / max (× seed)', 'CPU', 'wall'], rows),
    bars: [bar('same', same), bar('fresh', fresh)],
  };
}

/** What a handler does that writes its config into the call. */
function copyOf({ clientId, privateKey, username, instanceUrl }) {
  return { clientId, privateKey, username, instanceUrl };
}

/** A promise that is kept, behind a look at the config and one at the clock. */
function floorFor(config) {
  const kept = new WeakMap([
    [config, { promise: Promise.resolve({}), expiresAt: Date.now() + 3_600_000 }],
  ]);
  const miss = Promise.reject(new Error('The floor gave way.'));
  miss.catch(() => {});
  return (config) => {
    const entry = kept.get(config);
    return entry !== undefined && Date.now() < entry.expiresAt ? entry.promise : miss;
  };
}

/**
 * Nanoseconds per call. `call` is no async function: that would cost as much as what is measured. It
 * is handed the config: of one that it closes over V8 makes a constant, and builds the seed's cache
 * key once for all calls, which no handler outside a loop would see.
 */
async function timed(call, config, times) {
  await call(config);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < times; i += 1) await call(config);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpu: ((user + system) * 1e3) / times, wall: (wall * 1e6) / times };
}

module.exports = { warmHit };
