'use strict';

// What a cache key names: a Connection of one app, for the refresh token of the newest call.

const { invalid } = require('../checks.js');

/** @typedef {import('./entry').RefreshTokenEntry} RefreshTokenEntry */
/** @typedef {import('./config').Wanted} Wanted */

/**
 * The entry of a call. Another refresh token or other options under a cache key are another entry,
 * which takes the place of the one found. A Connection that loses its place still works.
 *
 * @param {{ add(entry: RefreshTokenEntry): void, remove(entry: RefreshTokenEntry): void }} entries
 * @param {RefreshTokenEntry | undefined} found the entry that has the place now
 * @param {Wanted} wanted
 * @param {() => RefreshTokenEntry} open makes the entry of the call
 */
function entryFor(entries, found, wanted, open) {
  const isForgotten = found?.login.isForgotten();
  if (found?.fits(wanted) && !isForgotten) return found;
  const entry = open();
  if (found !== undefined) {
    if (!isForgotten && found.isBound() && !found.sameApp(wanted)) throw ofAnotherApp();
    entries.remove(found);
  }
  entries.add(entry);
  return entry;
}

function ofAnotherApp() {
  return invalid(
    'cacheKey',
    'This cacheKey names a Connection of another app: client id, secret, key or login host differ. Use another key, or free this one with forgetRefreshToken() or clearAllConnections().',
  );
}

exports.entryFor = entryFor;
