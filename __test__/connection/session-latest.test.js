'use strict';

const { execFile } = require('node:child_process');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { nodeBinary } = require('../../scripts/node-versions');
const { names } = require('../support/session-scenarios');

const SCRIPT = join(__dirname, '../support/run-session-scenarios.js');
/** A version of Node.js that is not there yet is downloaded. */
const TIMEOUT = 120_000;

test.each([22, 24])(
  'all session scenarios pass with the newest jsforce under Node.js %i',
  async (major) => {
    const { stdout } = await promisify(execFile)(nodeBinary(major), [SCRIPT, 'jsforce-latest']);
    expect(stdout.trimEnd().split('\n')).toEqual(names.map((name) => `ok ${name}`));
  },
  TIMEOUT,
);
