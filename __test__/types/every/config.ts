import type { JWTConfig, OAuth2Config } from 'jsforce-connection-manager';

const four = {
  clientId: '3MVG9',
  privateKey: '-----BEGIN PRIVATE KEY-----',
  username: 'bot@acme.example',
  instanceUrl: 'https://acme.my.salesforce.com',
};

export const enough: JWTConfig = four;
export const session: JWTConfig = { ...four, tokenTtl: 'session' };
export const everything: JWTConfig = {
  ...four,
  loginUrl: 'https://login.salesforce.com',
  audience: 'https://login.salesforce.com',
  tokenTtl: 600,
  tokenBuffer: 60,
  version: '64.0',
};

// As environment variables are, under `exactOptionalPropertyTypes` too.
declare const perhaps: string | undefined;
export const optional: JWTConfig = { ...four, loginUrl: perhaps, audience: perhaps };
export const app: OAuth2Config = { clientId: '3MVG9', clientSecret: perhaps, loginUrl: perhaps };

const { username: _, ...three } = four;
// @ts-expect-error: the username is missing
export const missing: JWTConfig = three;
// @ts-expect-error: a Buffer or KeyObject is refused
export const key: JWTConfig = { ...four, privateKey: new Uint8Array(1) };
// @ts-expect-error: not a word for a life
export const life: JWTConfig = { ...four, tokenTtl: 'forever' };
// @ts-expect-error: seconds are a number
export const buffer: JWTConfig = { ...four, tokenBuffer: '30' };
// @ts-expect-error: as jsforce has it, a text
export const version: JWTConfig = { ...four, version: 64 };
// @ts-expect-error: misspelt
export const misspelt: JWTConfig = { ...four, clientID: '3MVG9' };
