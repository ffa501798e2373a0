'use strict';

// The api room: the APIs of a local org that a session opens.
//
// This file: the REST API, with versions, query, sobjects and limits.

const { json } = require('../answer');
const { byExternalId } = require('./external-id');
const { parse } = require('./record-body');
const { RestError, notAllowed, notFound } = require('./rest-error');
const { openSession } = require('./session-check');
const { parseQuery, runQuery } = require('./soql');

/**
 * @typedef {import('../host').Respond} Respond
 * @typedef {import('./records').SObjectType} SObjectType
 */

const DAILY_REQUESTS = 15_000;

/**
 * Wraps a call that needs a session and counts as API usage of the day.
 *
 * @param {Respond} respond
 * @returns {Respond}
 */
const inSession = (respond) => (request, org) => {
  try {
    const fault = org.faults.strike(['rest-error']);
    if (fault) throw new RestError(fault.status, fault.errorCode, fault.message);
    const token = /^(?:Bearer|OAuth) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!openSession(token, org)) {
      throw new RestError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    }
    org.apiCalls += 1;
    const answer = respond(request, org);
    const usage = `api-usage=${org.apiCalls}/${DAILY_REQUESTS}`;
    return { ...answer, headers: { ...answer.headers, 'Sforce-Limit-Info': usage } };
  } catch (error) {
    if (error instanceof RestError) return json(error.body, error.status);
    throw error;
  }
};

/**
 * The versions of the API. Needs no session.
 *
 * @type {Respond}
 */
function versions() {
  const labels = { '66.0': "Spring '26", '67.0': "Summer '26", '68.0': "Winter '27" };
  return json(
    Object.entries(labels).map(([version, label]) => ({
      label,
      url: `/services/data/v${version}`,
      version,
    })),
  );
}

const resources = inSession(({ url, headers }, org) => {
  const root = url.pathname.replace(/\/$/, '');
  const session = org.sessions.peek(headers.authorization?.split(' ')[1]);
  return json({
    query: `${root}/query`,
    sobjects: `${root}/sobjects`,
    limits: `${root}/limits`,
    identity: org.identityUrl(session?.username ?? ''),
  });
});

const limits = inSession((_, org) =>
  json({ DailyApiRequests: { Max: DAILY_REQUESTS, Remaining: DAILY_REQUESTS - org.apiCalls } }),
);

const query = inSession(({ url }, org) => {
  const parsed = parseQuery(url.searchParams.get('q') ?? '');
  const type = org.records.get(parsed.from.toLowerCase());
  if (!type) {
    throw new RestError(400, 'INVALID_TYPE', `sObject type '${parsed.from}' is not supported.`);
  }
  return json(runQuery(parsed, type, baseOf(url)));
});

const sobject = inSession((request, org) => {
  const { method, url, body } = request;
  const [name = '', id, value, ...more] = segments(url);
  const type = org.records.get(name.toLowerCase());
  if (!type || more.length > 0) throw notFound();
  if (value !== undefined) return byExternalId(type, id, value, request, baseOf(url));
  if (id === 'describe' && method === 'GET') return json(describe(type));
  // `POST …/Id` is an upsert by an id that is yet to come.
  const ofType = !id || (method === 'POST' && id.toLowerCase() === 'id');
  switch (`${method} ${ofType ? 'type' : 'record'}`) {
    case 'POST type':
      return json({ id: type.create(parse(body)), success: true, errors: [] }, 201);
    case 'GET record': {
      const fields = url.searchParams.get('fields')?.split(',');
      return json(type.view(type.get(id), fields, baseOf(url)));
    }
    case 'PATCH record':
      type.update(id, parse(body));
      return { status: 204 };
    case 'DELETE record':
      type.delete(id);
      return { status: 204 };
    default:
      throw notAllowed(method);
  }
});

const unknown = inSession(() => {
  throw notFound();
});

/** @param {SObjectType} type */
function describe({ name, keyPrefix, fields }) {
  return {
    name,
    label: name,
    keyPrefix,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, label: field, type })),
  };
}

/**
 * The path of the API version of a call: `/services/data/vXX.0`.
 *
 * @param {URL} url
 */
function baseOf(url) {
  return url.pathname.split('/').slice(0, 4).join('/');
}

/**
 * What follows `/sobjects/` in the path of a call.
 *
 * @param {URL} url
 */
function segments(url) {
  try {
    return url.pathname.split('/').slice(5).map(decodeURIComponent).filter(Boolean);
  } catch {
    throw notFound();
  }
}

module.exports = { limits, query, resources, sobject, unknown, versions };
