'use strict';

const { parentPort, workerData } = require('node:worker_threads');
const { JWTConnectionManager } = require('../..');

const { logins, ms, usable, capacity, clears = false, newest, oldest } = workerData;

/** A timer tick and a rounding: how far a look at the clock may be behind. */
const BEHIND = 11;
/** In calls. */
const EVERY = { clear: 1_000, eviction: 20 };
/**
 * A config that differs in the API version alone looks at the cache afresh, if it comes back when its
 * last token is dead: so many of them, a few milliseconds apart.
 */
const VERSIONS = { first: 10, count: 90, apart: 20 };

/** The class of a Connection, without the cost of loading jsforce. */
class Connection {
  constructor({ accessToken, instanceUrl }) {
    Object.assign(this, { accessToken, instanceUrl });
  }
}

const seen = { calls: 0, dead: 0, outdated: 0, foreign: 0 };

/** Raises a number that all threads see. */
function raise(numbers, index, number) {
  for (let known = Atomics.load(numbers, index); known < number; ) {
    const found = Atomics.compareExchange(numbers, index, known, number);
    if (found === known) return;
    known = found;
  }
}

/** A token that was handed out by a call begun at `began`, when older ones than `first` had gone. */
function judge(accessToken, index, began, first) {
  const [username, number, issued] = accessToken.split('!');
  seen.calls += 1;
  if (username !== logins[index].username) seen.foreign += 1;
  if (began > Number(issued) + usable + BEHIND) seen.dead += 1;
  if (Number(number) < first) seen.outdated += 1;
  return Number(number);
}

let looks = 0;

/** None most of the time. */
function version(now) {
  const { first, count, apart } = VERSIONS;
  const look = Math.floor(now / apart);
  if (look === looks) return undefined;
  looks = look;
  return `${first + (look % count)}.0`;
}

/** Asks the source that all threads share. */
async function askShared(manager, index) {
  // Nobody clears: whatever anybody was handed has taken the place of all before it.
  const first = Atomics.load(clears ? oldest : newest, index);
  const began = Date.now();
  const { accessToken } = await manager.getAccessToken({
    ...logins[index],
    version: version(began),
  });
  raise(newest, index, judge(accessToken, index, began, first));
}

/** Asks for a Connection of a source of this thread's own, whose tickets are of the shared table. */
async function askOwn(manager, held, index) {
  const began = Date.now();
  const connection = await manager.getConnection(logins[index]);
  judge(connection.accessToken, index, began, 0);
  held[index] = connection;
  // One that was handed out before: it may be out of date, and is its own user's.
  const other = Math.floor(Math.random() * logins.length);
  const carried = held[other]?.accessToken.split('!')[0] ?? logins[other].username;
  if (carried !== logins[other].username) seen.foreign += 1;
}

/** Clears all tokens; those that had been handed out before may not come back. */
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
