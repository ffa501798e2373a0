'use strict';

const { sendJson, standBefore } = require('./front');

/**
 * Makes an org answer queries in pages, which the local org does not: a host before its REST API
 * that cuts every result, and asks the org whether the session lives before it gives the next piece.
 *
 * @param {import('../../testing').LocalOrg} org
 * @param {number} size records of a page
 */
async function answerInPages(org, size) {
  /** @type {Map<string, object[]>} */
  const rest = new Map();
  const cut = (id, records, totalSize) => {
    rest.set(id, records.slice(size));
    const done = records.length <= size;
    const nextRecordsUrl = done ? undefined : `/services/data/v64.0/query/${id}`;
    return { totalSize, done, nextRecordsUrl, records: records.slice(0, size) };
  };
  await standBefore(org, async ({ url, headers }, response) => {
    const { authorization } = headers;
    const id = /\/query\/(\w+)/.exec(url)?.[1];
    const path = id ? '/services/data/v64.0/limits' : url;
    const answer = await fetch(org.instanceUrl + path, { headers: { authorization } });
    let json = await answer.json();
    if (answer.status === 200) {
      const records = id ? rest.get(id) : json.records;
      json = cut(id ?? 'cursor', records, json.totalSize);
    }
    const limits = answer.headers.get('sforce-limit-info');
    if (limits !== null) response.setHeader('Sforce-Limit-Info', limits);
    sendJson(response, json, answer.status);
  });
}

module.exports = { answerInPages };
