'use strict';

// The public face of the local org: jsforce-connection-manager/testing.
//
// A file requires only files before it in this order, or of its own folder:
// ground (answer, clients, faults, host, sessions, traffic) < oauth/, api/ < org, endpoints
// < local-org < index.

const { startLocalOrg } = require('./local-org');

module.exports = { startLocalOrg };
