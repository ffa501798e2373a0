'use strict';

// What the demo shows, step by step.

const { JWTConnectionManager, getCacheStats, getConnection } = require('../..');
const { duration, heading, line, table } = require('./screen.js');

const QUERY = 'SELECT Id, Name FROM Account LIMIT 5';
const CALLERS = 200;
const WARM_CALLS = 10_000;

/**
 * Loads jsforce first. getConnection loads jsforce while the request runs, but the local org answers on
 * this thread and would have to wait.
 *
 * @param {import('./org').DemoOrg} org
 */
async function firstCall({ config }) {
  require('jsforce');
  heading('First call: getConnection() has no token yet');
  const [connection, ms] = await timed(() => getConnection(config));
  const { requests, lastMint } = getCacheStats();
  line('Assertion signed', duration(lastMint.signMs));
  line('Token request answered', duration(lastMint.requestMs));
  line('In all', duration(ms));
  line('Token requests', requests);
  return connection;
}

async function query(connection) {
  heading(`connection.query('${QUERY}')`);
  const { records } = await connection.query(QUERY);
  table(records);
}

async function secondCall({ config }, first) {
  heading('Second call: the token is in the cache');
  const [connection, ms] = await timed(() => getConnection(config));
  line('In all', duration(ms));
  const [, many] = await timed(async () => {
    for (let i = 0; i < WARM_CALLS; i += 1) await getConnection(config);
  });
  line(`Average of ${WARM_CALLS.toLocaleString('en')} more`, duration(many / WARM_CALLS));
  line('The same Connection', connection === first ? 'yes' : 'no');
}

/** A new manager has its own cache, which is empty. */
async function stampede({ config, local }) {
  heading(`${CALLERS} callers at once, none with a token`);
  const manager = new JWTConnectionManager();
  local?.resetStats();
  const [, ms] = await timed(() =>
    Promise.all(Array.from({ length: CALLERS }, () => manager.getConnection(config))),
  );
  line('All served after', duration(ms));
  const stats = manager.getCacheStats();
  const requests = local ? local.stats().tokenRequests : stats.requests;
  line(`Token requests, counted by the ${local ? 'org' : 'manager'}`, requests);
  line('Callers who shared it', stats.coalesced + 1);
}

async function revocation({ local }, connection) {
  heading('An admin ends every session, and the same Connection is used again');
  local.resetStats();
  local.revokeAll();
  const [{ records }, ms] = await timed(() => connection.query(QUERY));
  const { rejected401, tokenRequests } = local.stats();
  line('API calls answered 401', rejected401);
  line('Token requests, counted by the org', tokenRequests);
  line('Query answered', `${records.length} records after ${duration(ms)}`);
}

function cacheStats() {
  heading('getCacheStats()');
  const { lastMint, ...stats } = getCacheStats();
  for (const [name, value] of Object.entries(stats)) line(name, value.toLocaleString('en'));
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<[T, number]>} the result of the work, and its milliseconds
 */
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}

module.exports = { cacheStats, firstCall, query, revocation, secondCall, stampede };
