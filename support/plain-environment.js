'use strict';

/** Environment of a child in which nothing of this machine's network set-up counts. */
function plainEnvironment() {
  const foreign = /^(https?|all|no)_proxy$|^(NODE_|JEST_|SF_)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

module.exports = { plainEnvironment };
