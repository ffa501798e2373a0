'use strict';

// SOQL: parses the part of it that most code needs, and runs it over the records.

const { RestError } = require('./rest-error');

/**
 * @typedef {string | number | boolean | Date | null} Value
 * @typedef {{ field: string, operator: string, value: Value }} Condition
 *
 * @typedef {object} Query
 * @property {string[]} fields none for `COUNT()`
 * @property {string} from
 * @property {Condition[]} conditions joined by AND
 * @property {{ field: string, descending: boolean }} [orderBy]
 * @property {number} limit
 */

const TOKEN = /\s*('(?:[^'\\]|\\.)*'|[\w.:+-]+|<=|>=|!=|[=<>(),])/y;

/**
 * Parses SELECT fields or COUNT(), FROM, WHERE with AND, ORDER BY one field, LIMIT.
 *
 * @param {string} soql
 * @returns {Query}
 */
function parseQuery(soql) {
  const tokens = tokenize(soql);
  const next = () => tokens.shift() ?? malformed('unexpected end of query');
  const name = () => matching(next(), /^[a-z]\w*$/i);
  const take = (/** @type {string} */ word) => {
    const isNext = tokens[0]?.toUpperCase() === word;
    if (isNext) tokens.shift();
    return isNext;
  };
  const expect = (/** @type {string} */ word) => {
    if (!take(word)) malformed(`expecting '${word}', found '${tokens[0] ?? 'end of query'}'`);
  };
  const condition = () => ({
    field: name(),
    operator: matching(next().toUpperCase(), /^(=|!=|<|>|<=|>=|LIKE)$/),
    value: literal(next()),
  });

  expect('SELECT');
  /** @type {string[]} */
  const fields = [];
  if (take('COUNT')) {
    expect('(');
    expect(')');
  } else {
    do fields.push(name());
    while (take(','));
  }
  expect('FROM');
  /** @type {Query} */
  const query = { fields, from: name(), conditions: [], limit: Number.POSITIVE_INFINITY };
  if (take('WHERE')) {
    do query.conditions.push(condition());
    while (take('AND'));
  }
  if (take('ORDER')) {
    expect('BY');
    query.orderBy = { field: name(), descending: take('DESC') };
    take('ASC');
  }
  if (take('LIMIT')) query.limit = Number(matching(next(), /^\d+$/));
  if (tokens.length > 0) malformed(`unexpected token: '${tokens[0]}'`);
  return query;
}

/** @param {string} soql */
function tokenize(soql) {
  const tokens = [];
  const text = soql.trim();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    tokens.push(token ?? malformed(`unexpected character: '${text.slice(at).trim()[0]}'`));
  }
  return tokens;
}

/**
 * @param {string} token
 * @param {RegExp} pattern
 */
function matching(token, pattern) {
  return pattern.test(token) ? token : malformed(`unexpected token: '${token}'`);
}

/**
 * @param {string} token
 * @returns {Value}
 */
function literal(token) {
  if (token.startsWith("'")) return token.slice(1, -1).replace(/\\(.)/g, '$1');
  if (/^(true|false|null)$/i.test(token)) return JSON.parse(token.toLowerCase());
  if (/^\d{4}-\d\d-\d\d/.test(token)) return new Date(token);
  return Number(matching(token, /^[+-]?\d+(\.\d+)?$/));
}

/**
 * @param {string} message
 * @returns {never}
 */
function malformed(message) {
  throw new RestError(400, 'MALFORMED_QUERY', message);
}

/** @type {Record<string, (field: unknown, value: Value) => boolean>} */
const HOLDS = {
  '=': (field, value) => compare(field, value) === 0,
  '!=': (field, value) => compare(field, value) !== 0,
  '<': (field, value) => compare(field, value) < 0,
  '>': (field, value) => compare(field, value) > 0,
  '<=': (field, value) => compare(field, value) <= 0,
  '>=': (field, value) => compare(field, value) >= 0,
  LIKE: (field, value) => likeness(String(value)).test(String(field ?? '')),
};

/**
 * The order of two values: below, at or above zero. NaN if only one of them is null. Case does not
 * matter.
 *
 * @param {unknown} field
 * @param {unknown} value
 */
function compare(field, value) {
  if (field == null || value == null) return (field ?? value) == null ? 0 : Number.NaN;
  if (value instanceof Date) return Date.parse(String(field)) - value.getTime();
  if (typeof value !== 'string') return Number(field) - Number(value);
  const [left, right] = [String(field).toLowerCase(), value.toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

/** @param {string} pattern */
function likeness(pattern) {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}

/**
 * @param {Query} query
 * @param {import('./records').SObjectType} type
 * @param {string} base path of the API version
 */
function runQuery({ fields, conditions, orderBy, limit }, type, base) {
  const named = conditions.map((each) => ({ ...each, field: type.field(each.field) }));
  const found = type
    .all()
    .filter((record) =>
      named.every(({ field, operator, value }) => HOLDS[operator](record[field], value)),
    );
  if (orderBy) {
    const field = type.field(orderBy.field);
    const sign = orderBy.descending ? -1 : 1;
    found.sort((a, b) => sign * (nullsFirst(a[field], b[field]) || compare(a[field], b[field])));
  }
  const records = found.slice(0, limit);
  return {
    totalSize: records.length,
    done: true,
    records: fields.length > 0 ? records.map((each) => type.view(each, fields, base)) : [],
  };
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
const nullsFirst = (a, b) => Number(a != null) - Number(b != null);

module.exports = { parseQuery, runQuery };
