'use strict';

// One thread that takes tokens of shared logins and judges each.

const { parentPort, workerData } = require('node:worker_threads');
const { JWTConnectionManager } = require('../../..');

const { logins, ms, usable, capacity, clears = false, newest, oldest } = workerData;

/** Milliseconds that a reading of the clock may be behind: a timer tick and a rounding. */
const BEHIND = 11;
/** Number of calls between two clears, and between two evictions. */
const EVERY = { clear: 1_000, eviction: 20 };
/**
 * API versions that make configs differ. A config that comes back when its last token is dead looks
 * at the cache afresh. `apart`: milliseconds between two versions.
 */
const VERSIONS = { first: 10, count: 90, apart: 20 };

/** A Connection class without the cost of loading jsforce. */
class Connection {
  constructor({ accessToken, instanceUrl }) {
    Object.assign(this, { accessToken, instanceUrl });
  }
}

const seen = { calls: 0, dead: 0, outdated: 0, foreign: 0 };

/** Raises a number that all threads see to at least `number`. */
function raise(numbers, index, number) {
  for (let known = Atomics.load(numbers, index); known < number; ) {
    const found = Atomics.compareExchange(numbers, index, known, number);
    if (found === known) return;
    known = found;
  }
}

/** Judges a token of a call that began at `began` (epoch ms), with tokens before `first` gone. */
function judge(accessToken, index, began, first) {
  const [username, number, issued] = accessToken.split('!');
  seen.calls += 1;
  if (username !== logins[index].username) seen.foreign += 1;
  if (began > Number(issued) + usable + BEHIND) seen.dead += 1;
  if (Number(number) < first) seen.outdated += 1;
  return Number(number);
}

let looks = 0;

/** The API version of a call: none most of the time. */
function version(now) {
  const { first, count, apart } = VERSIONS;
  const look = Math.floor(now / apart);
  if (look === looks) return undefined;
  looks = look;
  return `${first + (look % count)}.0`;
}

/** Asks the token source that all threads share. */
async function askShared(manager, index) {
  // Without clears, a token that any thread has got replaces every token before it.
  const first = Atomics.load(clears ? oldest : newest, index);
  const began = Date.now();
  const { accessToken } = await manager.getAccessToken({
    ...logins[index],
    version: version(began),
  });
  raise(newest, index, judge(accessToken, index, began, first));
}

/** Asks a token source of this thread’s own. All sources share the table of tickets. */
async function askOwn(manager, held, index) {
  const began = Date.now();
  const connection = await manager.getConnection(logins[index]);
  judge(connection.accessToken, index, began, 0);
  held[index] = connection;
  // A Connection from an earlier call may carry an old token, but never another user’s.
  const other = Math.floor(Math.random() * logins.length);
  const carried = held[other]?.accessToken.split('!')[0] ?? logins[other].username;
  if (carried !== logins[other].username) seen.foreign += 1;
}

/** Clears all tokens. A token that was handed out before must not come back. */
function clear(manager) {
  const gone = newest.map((_, index) => Atomics.load(newest, index) + 1);
  manager.clearAllTokens();
  for (const [index, number] of gone.entries()) raise(oldest, index, number);
}

async function main() {
  const shared = JWTConnectionManager.getInstance();
  const own = new JWTConnectionManager({ capacity, Connection });
  const held = [];
  const end = Date.now() + ms;
  for (let turn = 1; Date.now() < end; turn += 1) {
    const index = Math.floor(Math.random() * logins.length);
    await askShared(shared, index);
    if (capacity !== undefined && turn % EVERY.eviction === 0) await askOwn(own, held, index);
    if (clears && turn % EVERY.clear === 0) clear(shared);
  }
  parentPort.postMessage(seen);
}

main();
