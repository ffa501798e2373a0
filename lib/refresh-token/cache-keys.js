'use strict';

// What a cache key names: a Connection of one app, for the refresh token that got its token last.

const { invalid } = require('../checks.js');

/** @typedef {import('./entry').RefreshTokenEntry} RefreshTokenEntry */
/** @typedef {import('./config').Wanted} Wanted */
/**
 * @typedef {Pick<
 *   import('../connection/entries').ConnectionEntries<RefreshTokenEntry, Wanted>,
 *   'add' | 'has' | 'remove' | 'under'
 * >} Entries
 */

/**
 * The entry of a call. Another refresh token or other options under a cache key are another entry.
 * A new entry stands beside the bound entry of its key until it has a token, so a call that fails
 * takes nothing away.
 *
 * @param {Entries} entries
 * @param {RefreshTokenEntry | undefined} found the entry that fits the call
 * @param {Wanted} wanted
 * @param {() => RefreshTokenEntry} open makes the entry of the call
 */
function entryFor(entries, found, wanted, open) {
  const isForgotten = found?.login.isForgotten();
  if (found?.isBound() && !isForgotten) return found;
  const entry = found === undefined || isForgotten ? open() : found;
  const others = othersOf(entries, entry);
  if (others.some((other) => isOwner(other) && !other.sameApp(wanted))) throw ofAnotherApp();
  for (const other of others) {
    if (!isOwner(other) && !other.isAwaited()) entries.remove(other);
  }
  if (entry === found) return found;
  if (found !== undefined) entries.remove(found);
  entries.add(entry);
  return entry;
}

/**
 * Waits for the first Connection of an entry. With its token, the entry takes the place under its
 * cache key. A Connection that loses its place still works.
 *
 * @template T
 * @param {Entries} entries
 * @param {RefreshTokenEntry} entry
 * @param {() => Promise<T>} connect
 */
async function connectFirst(entries, entry, connect) {
  entry.waiting += 1;
  try {
    return await connect();
  } finally {
    entry.waiting -= 1;
    takePlace(entries, entry);
  }
}

/**
 * @param {Entries} entries
 * @param {RefreshTokenEntry} entry
 */
function takePlace(entries, entry) {
  // A cleared or replaced entry does not come back.
  if (!isOwner(entry) || !entries.has(entry)) return;
  for (const other of othersOf(entries, entry)) {
    if (isOwner(other) && !other.sameAppAs(entry)) {
      // The other app was first: the key was free when both calls began.
      entries.remove(entry);
      return;
    }
    if (!other.isAwaited()) entries.remove(other);
  }
}

/**
 * The other entries of the entry's cache key.
 *
 * @param {Entries} entries
 * @param {RefreshTokenEntry} entry
 */
function othersOf(entries, entry) {
  return entries.under(entry.key).filter((other) => other !== entry && other.sharesKey(entry));
}

/**
 * Whether the cache key belongs to the app of this entry.
 *
 * @param {RefreshTokenEntry} entry
 */
function isOwner(entry) {
  return entry.isBound() && !entry.login.isForgotten();
}

function ofAnotherApp() {
  return invalid(
    'cacheKey',
    'This cacheKey names a Connection of another app: client id, secret, key or login host differ. Use another key, or free this one with forgetRefreshToken() or clearAllConnections().',
  );
}

module.exports = { connectFirst, entryFor };
