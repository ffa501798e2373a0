'use strict';

const { send, sendJson } = require('./front');

const XML = 'xmlns="http://www.force.com/2009/06/asyncapi/dataload"';

/** @typedef {{ id: string, state: string, csv: string, results: object[] }} Job */

/**
 * Jobs of Bulk API 1.0 and 2.0 that insert names of accounts, done as soon as their data is there.
 *
 * @param {(records: object[], token: string) => Promise<object[]>} create
 */
function bulkJobs(create) {
  /** @type {Map<string, Job>} */
  const jobs = new Map();

  const open = () => {
    const id = `750${String(jobs.size + 1).padStart(12, '0')}AAA`;
    const job = { id, state: 'Open', csv: '', results: [] };
    jobs.set(id, job);
    return job;
  };

  const run = async (job, token) => {
    const [, ...names] = job.csv.trim().split('\n');
    const records = names.map((Name) => ({ Name }));
    job.results = await create(records, token);
    job.state = 'JobComplete';
  };

  const version2 = async ({ method, url, body }, response, token) => {
    const [, id, part] = /\/jobs\/ingest(?:\/(\w+))?(?:\/(\w+))?$/.exec(url);
    const job = id ? jobs.get(id) : open();
    if (part === 'batches') {
      job.csv += body;
      return send(response, { status: 201, text: '' });
    }
    if (part !== undefined) {
      const done = part === 'successfulResults' ? job.results : [];
      return sendCsv(response, 'sf__Id,sf__Created', done);
    }
    if (method === 'PATCH') await run(job, token);
    sendJson(response, { id: job.id, state: job.state, object: 'Account', operation: 'insert' });
  };

  const version1 = async ({ method, url, body }, response, token) => {
    const [, id, batch, result] = /\/job(?:\/(\w+))?(\/batch)?(?:\/\w+)?(\/result)?$/.exec(url);
    const job = id ? jobs.get(id) : open();
    if (result) return sendCsv(response, 'Id,Success', job.results);
    if (method === 'POST' && batch) {
      job.csv = body;
      await run(job, token);
    }
    const text = batch
      ? `<batchInfo ${XML}><id>751</id><state>Completed</state></batchInfo>`
      : `<jobInfo ${XML}><id>${job.id}</id><state>Open</state></jobInfo>`;
    send(response, { type: 'application/xml', text });
  };

  return { version1, version2 };
}

function sendCsv(response, head, results) {
  const lines = [head, ...results.map(({ id }) => `${id},true`)];
  send(response, { type: 'text/csv', text: `${lines.join('\n')}\n` });
}

module.exports = { bulkJobs };
