'use strict';

// An environment for child processes.

/** The environment of this process without proxies, NODE_*, JEST_* and SF_*. */
function plainEnvironment() {
  const foreign = /^(https?|all|no)_proxy$|^(NODE_|JEST_|SF_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

module.exports = { plainEnvironment };
