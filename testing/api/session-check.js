'use strict';

// The session of an API call.

/**
 * The live session of an API call’s token. None if the org rejects every session.
 *
 * @param {string | undefined} token
 * @param {import('../org').Org} org
 */
function openSession(token, org) {
  const session = org.faults.strike(['session-rejected']) ? undefined : org.sessions.use(token);
  if (!session) org.traffic.rejected();
  return session;
}

module.exports = { openSession };
