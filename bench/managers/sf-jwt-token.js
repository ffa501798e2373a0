'use strict';

const { getToken } = require('sf-jwt-token');

exports.getToken = async ({ clientId, privateKey, username, instanceUrl }) => {
  const answer = await getToken({ iss: clientId, sub: username, aud: instanceUrl, privateKey });
  return answer.access_token;
};
