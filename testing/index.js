'use strict';

const { startLocalOrg } = require('./local-org');

module.exports = { startLocalOrg };
