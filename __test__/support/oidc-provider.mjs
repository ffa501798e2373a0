// An authorization server that nobody here wrote, in a process of its own, with the paths of
// Salesforce and the one field that it adds to a token response. Its address is the first line.

import http from 'node:http';
import { Provider } from 'oidc-provider';

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, {
    clients: [
      {
        client_id: 'app',
        client_secret: 'a-secret-of-the-app',
        redirect_uris: ['https://app.test/back'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: process.argv[2],
      },
    ],
    routes: {
      authorization: '/services/oauth2/authorize',
      token: '/services/oauth2/token',
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === 'token' && context.status === 200) {
      context.body = { ...context.body, instance_url: url };
    }
  });
  server.on('request', provider.callback());
  console.log(url);
});
