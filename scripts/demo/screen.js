'use strict';

// How the demo looks: headings, lines of a name and a value, tables, errors. The output is plain text;
// headings are bold on a terminal.

const { getAuthError } = require('../..');

const NAME_WIDTH = 36;
const VALUE_WIDTH = 64;
const bold =
  process.stdout.isTTY && !process.env.NO_COLOR ? (text) => `\x1b[1m${text}\x1b[22m` : String;

function heading(text) {
  console.log(`\n${bold(text)}`);
}

function line(name, value = '') {
  const [first, ...rest] = wrapped(String(value));
  console.log(`  ${name.padEnd(NAME_WIDTH)}${first}`.trimEnd());
  for (const more of rest) console.log(' '.repeat(NAME_WIDTH + 2) + more);
}

function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= VALUE_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** @param {Record<string, unknown>[]} records of a query */
function table(records) {
  if (records.length === 0) return line('(no records)');
  const fields = Object.keys(records[0]).filter((field) => field !== 'attributes');
  const rows = [fields, ...records.map((each) => fields.map((field) => String(each[field] ?? '')))];
  const widths = fields.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const ruled = [rows[0], widths.map((width) => '─'.repeat(width)), ...rows.slice(1)];
  for (const row of ruled) {
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd());
  }
}

/** A time in a unit that suits its size. */
function duration(ms) {
  if (ms < 1) return `${(ms * 1000).toFixed(ms < 0.01 ? 1 : 0)} µs`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Shows an error without its stack: an error of this package by its parts, an error of Salesforce's
 * API by code and message.
 *
 * @param {any} error
 * @param {object} [connection] the Connection whose call failed
 */
function failure(error, connection) {
  const login = getAuthError(error, connection);
  if (!login) {
    heading('It did not work');
    return line(error?.errorCode ?? error?.name ?? 'Error', error?.message ?? String(error));
  }
  heading('The login did not work');
  line('Code', login.code);
  line('What happened', withoutCodeAndHint(login));
  line('What to do', login.hint);
  line('Requests sent', login.attempts);
}

/** The message without `[code]` and hint, which are shown on their own lines. */
function withoutCodeAndHint({ message, code, hint }) {
  return message.replace(`[${code}] `, '').replace(hint, '').trim();
}

module.exports = { duration, failure, heading, line, table };
