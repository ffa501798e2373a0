'use strict';

// The authorize endpoint: sends a browser back with a code, as if the user had approved.

const { text } = require('../answer');
const { AUTHORIZATION_CODE } = require('../clients');
const { Refusal } = require('./refusal');
const { APP_SCOPE, isKnown } = require('./scope');

/**
 * Answers a browser as if the first user of the app had logged in and approved. A mistake is sent
 * to the redirect URI only if that URI is registered; else it is shown on a page.
 *
 * @type {import('../host').Respond}
 */
function authorize({ url: { searchParams } }, org) {
  const client = org.clients.get(searchParams.get('client_id') ?? '');
  if (!client) return errorPage('invalid_client_id', 'client identifier invalid');
  const redirectUri = searchParams.get('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) {
    return errorPage('redirect_uri_mismatch', 'redirect_uri must match configuration');
  }
  const back = new URL(redirectUri);
  try {
    const authorization = { ...approve(searchParams, client), redirectUri };
    back.searchParams.set('code', org.authorizationCodes.issue(authorization));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    back.searchParams.set('error', refusal.error);
    back.searchParams.set('error_description', refusal.message);
  }
  const state = searchParams.get('state');
  if (state !== null) back.searchParams.set('state', state);
  return { status: 302, headers: { Location: back.href } };
}

/**
 * @param {URLSearchParams} asked the query of the request
 * @param {import('../clients').Client} client
 */
function approve(asked, client) {
  if (asked.get('response_type') !== 'code') {
    throw new Refusal('unsupported_response_type', 'response type not supported');
  }
  if (!client.grants.includes(AUTHORIZATION_CODE)) {
    throw new Refusal('oauth_flow_disabled', 'authorization code flow is disabled');
  }
  // Salesforce accepts S256 only. A client may leave the method out, as jsforce does.
  const challenge = asked.get('code_challenge');
  if ((asked.get('code_challenge_method') ?? 'S256') !== 'S256' || challenge === '') {
    throw new Refusal('invalid_request', 'invalid code challenge');
  }
  const scope = asked.get('scope') ?? APP_SCOPE;
  if (!isKnown(scope)) throw new Refusal('invalid_scope', 'the requested scope is not allowed');
  return { clientId: client.id, username: approver(client), scope, challenge };
}

/**
 * The first user of an app. A user who may approve the app has approved it from now on.
 *
 * @param {import('../clients').Client} client
 */
function approver(client) {
  const [user] = client.users.values();
  if (!user?.active) throw new Refusal('access_denied', 'end-user denied authorization');
  if (client.approval === 'self-authorize') user.approved = true;
  if (!user.approved) {
    throw new Refusal('invalid_app_access', 'user is not admin approved to access this app');
  }
  return user.username;
}

/**
 * @param {string} error
 * @param {string} description
 */
function errorPage(error, description) {
  const words = `error=${error}&amp;error_description=${description}`;
  return text(`<!DOCTYPE html><html><body>${words}</body></html>`, 'text/html', 400);
}

module.exports = { authorize };
