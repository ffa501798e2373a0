'use strict';

// Warnings of this process, by `process.emitWarning`.

/**
 * The codes of the warnings that were already given.
 *
 * @type {Set<string>}
 */
const given = new Set();

/**
 * @param {string} type
 * @param {string} code
 * @param {string} message
 */
function warn(type, code, message) {
  process.emitWarning(message, { type, code });
}

/**
 * Gives the warning with this code once in the life of the process, in each thread.
 *
 * @param {string} type
 * @param {string} code
 * @param {string} message
 */
function warnOnce(type, code, message) {
  if (given.has(code)) return;
  given.add(code);
  warn(type, code, message);
}

/**
 * Warns of a wrong clock. Logins work all the same, because the assertion is signed with the
 * server's time. Much else on the machine will not work.
 *
 * @param {number} skew seconds by which the server's clock is ahead
 */
function warnOfClock(skew) {
  const state = `${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} Salesforce's`;
  warnOnce('ClockSkewWarning', 'CLOCK_SKEW', `This machine's clock is ${state}: set it.`);
}

module.exports = { warn, warnOfClock, warnOnce };
