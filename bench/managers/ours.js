'use strict';

// This package. BENCH_CA names the authority to trust, which the JavaScript managers get from Node.

const { readFileSync } = require('node:fs');
const { JWTConnectionManager } = require('../..');

const caFile = process.env.BENCH_CA;
const manager = caFile
  ? new JWTConnectionManager({ ca: readFileSync(caFile, 'utf8') })
  : JWTConnectionManager.getInstance();

exports.getToken = (config) =>
  manager.getAccessToken(config).then(({ accessToken }) => accessToken);
exports.getConnection = (config) => manager.getConnection(config);
