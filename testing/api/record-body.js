'use strict';

// The record in the body of a call.

const { RestError } = require('./rest-error');

/**
 * @param {string} body
 * @returns {Record<string, unknown>}
 */
function parse(body) {
  try {
    const values = JSON.parse(body);
    if (values && typeof values === 'object' && !Array.isArray(values)) return values;
  } catch {}
  throw new RestError(400, 'JSON_PARSER_ERROR', 'The body is not a JSON object');
}

module.exports = { parse };
