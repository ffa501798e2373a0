// The values of names.d.ts; loaded before the snippet.

const { env } = process;

globalThis.config = {
  clientId: env.SF_CLIENT_ID,
  privateKey: env.SF_PRIVATE_KEY,
  username: env.SF_USERNAME,
  instanceUrl: env.SF_INSTANCE_URL,
};
globalThis.oauth = {
  clientId: env.SF_CLIENT_ID,
  clientSecret: env.SF_CLIENT_SECRET,
  redirectUri: env.SF_REDIRECT_URI,
  refreshToken: env.SF_REFRESH_TOKEN,
  loginUrl: env.SF_LOGIN_URL,
};

let stored = env.SF_REFRESH_TOKEN;
globalThis.store = {
  read: async () => stored,
  write: async (refreshToken) => {
    stored = refreshToken;
  },
};
