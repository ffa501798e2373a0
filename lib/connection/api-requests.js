'use strict';

// Limits of what jsforce does with one request of the REST API: how often it sends the request, and
// where a redirect may lead it.

const { authError } = require('../errors.js');
const { sessionRejected } = require('../tokens/rejection.js');

/** How often jsforce may send one request: once, and again after each of three renewals. */
const MOST = 4;

/**
 * Limits the requests that go through `connection.request`, as all requests of the REST API do.
 *
 * jsforce sends a request again after each 401, without bound, and does not ask for a renewal if one
 * has ended since the request was sent. With many calls at a time, or after the wall clock was set
 * back, that takes long to end. jsforce also follows a redirect with all headers, to any host.
 *
 * @param {any} connection
 */
function limitRequests(connection) {
  const { request } = connection;
  if (typeof request !== 'function') return;
  /**
   * @this {any}
   * @param {any} given a URL, or a request
   * @param {any} [options]
   * @param {unknown[]} others
   */
  function limited(given, options, ...others) {
    // jsforce 1 has a callback in the place of the options.
    if (typeof options === 'function') return request.call(this, given, options, ...others);
    // jsforce adds its headers to these, the token among them.
    const headers = { ...given?.headers };
    const asked = typeof given === 'string' ? { method: 'GET', url: given } : given;
    const here = () => new URL(asked.url, this.instanceUrl).origin;
    const limits = limitedOptions(options, (location) => redirected(location, here(), headers));
    return request.call(this, { ...asked, headers }, limits, ...others);
  }
  const value = limited;
  Object.defineProperty(connection, 'request', { value, configurable: true, writable: true });
}

/**
 * jsforce's options of one request. jsforce copies them each time it sends the request, which reads
 * `followRedirect`.
 *
 * @param {any} given
 * @param {(location: string) => object} followRedirect
 */
function limitedOptions(given, followRedirect) {
  let sent = 0;
  return {
    ...given,
    get followRedirect() {
      sent += 1;
      if (sent > MOST) throw sessionRejected('each new token');
      return given?.followRedirect ?? followRedirect;
    },
  };
}

/**
 * The request that follows a redirect, as jsforce itself makes it.
 *
 * @param {string} location
 * @param {string} origin of the request
 * @param {object} headers
 */
function redirected(location, origin, headers) {
  if (!URL.canParse(location, origin)) throw refused('is no URL');
  const url = new URL(location, origin);
  if (url.origin !== origin) throw refused(`leads to the host ${url.host}`);
  return { method: 'GET', url: url.href, headers };
}

/** @param {string} how */
function refused(how) {
  return authError('REDIRECT_REFUSED', `The API answered with a redirect that ${how}.`);
}

exports.limitRequests = limitRequests;
