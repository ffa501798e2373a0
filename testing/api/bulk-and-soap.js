'use strict';

// The Bulk and SOAP APIs: only how each of them reports an expired session.

const { text } = require('../answer');
const { openSession } = require('./session-check');

/** @type {import('../host').Respond} */
function bulk({ headers }, org) {
  return openSession(String(headers['x-sfdc-session']), org)
    ? bulkError('FeatureNotEnabled', 'The local org has no Bulk API')
    : bulkError('InvalidSessionId', 'Invalid session id');
}

/** @type {import('../host').Respond} */
function soap({ body }, org) {
  const token = /<(?:\w+:)?sessionId>([^<]*)</.exec(body)?.[1];
  return openSession(token, org)
    ? soapFault('UNKNOWN_EXCEPTION', 'The local org has no SOAP API')
    : soapFault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader');
}

/**
 * @param {string} code
 * @param {string} message
 */
function bulkError(code, message) {
  return text(
    `<?xml version="1.0" encoding="UTF-8"?>
<error xmlns="http://www.force.com/2009/06/asyncapi/dataload">
  <exceptionCode>${code}</exceptionCode>
  <exceptionMessage>${message}</exceptionMessage>
</error>`,
    'application/xml',
    400,
  );
}

/**
 * @param {string} code
 * @param {string} message
 */
function soapFault(code, message) {
  return text(
    `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com">
  <soapenv:Body>
    <soapenv:Fault>
      <faultcode>sf:${code}</faultcode>
      <faultstring>${code}: ${message}</faultstring>
    </soapenv:Fault>
  </soapenv:Body>
</soapenv:Envelope>`,
    'text/xml',
    500,
  );
}

module.exports = { bulk, soap };
