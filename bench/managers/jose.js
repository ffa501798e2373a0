'use strict';

// jose and fetch.

exports.getToken = async ({ clientId, privateKey, username, instanceUrl }) => {
  const { SignJWT, importPKCS8 } = await import('jose');
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(clientId)
    .setSubject(username)
    .setAudience(instanceUrl)
    .setExpirationTime('3m')
    .sign(await importPKCS8(privateKey, 'RS256'));
  const response = await fetch(`${instanceUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    }),
  });
  if (!response.ok) throw new Error(`Token request failed: ${response.status}`);
  return (await response.json()).access_token;
};
