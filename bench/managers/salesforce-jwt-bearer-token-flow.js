'use strict';

const { promisify } = require('node:util');
const flow = require('salesforce-jwt-bearer-token-flow');

const requestToken = promisify(flow.getToken);

exports.getToken = async ({ clientId, privateKey, username, instanceUrl }) => {
  const answer = await requestToken({ iss: clientId, sub: username, aud: instanceUrl, privateKey });
  return answer.access_token;
};
