'use strict';

const { bulkJobs } = require('./bulk-jobs');
const { pass, send, sendJson, standBefore } = require('./front');

const DATA = '/services/data/v64.0';

/**
 * Makes an org take many accounts at once, which the local org does not: collections of sObjects,
 * and jobs of the Bulk APIs. A host before its REST API that asks the org whether the session lives,
 * and then hands it the records one by one.
 *
 * @param {import('../../testing').LocalOrg} org
 */
async function takeBatches(org) {
  /** @returns {Promise<object[]>} what the org answered to each */
  const create = async (records, token) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const results = [];
    for (const { attributes, ...record } of records) {
      const init = { method: 'POST', headers, body: JSON.stringify(record) };
      const answer = await fetch(`${org.instanceUrl}${DATA}/sobjects/Account`, init);
      results.push(await answer.json());
    }
    return results;
  };
  const jobs = bulkJobs(create);

  return standBefore(org, async (request, response) => {
    const { url, headers, body } = request;
    const session = headers['x-sfdc-session'];
    const token = session ?? headers.authorization.split(' ')[1];
    if (session !== undefined) {
      const answer = await pass(org, { url, headers: { 'x-sfdc-session': session } });
      if (answer.text.includes('InvalidSessionId')) return send(response, answer);
      return jobs.version1(request, response, token);
    }
    if (/\/query\b/.test(url)) return send(response, await pass(org, request));
    const { authorization } = headers;
    const answer = await pass(org, { url: `${DATA}/limits`, headers: { authorization } });
    if (answer.status !== 200) return send(response, answer);
    if (url.includes('/jobs/ingest')) return jobs.version2(request, response, token);
    return sendJson(response, await create(JSON.parse(body).records, token));
  });
}

module.exports = { takeBatches };
