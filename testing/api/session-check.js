'use strict';

/**
 * The session an API call is made in, unless it is over or the org rejects every session.
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
