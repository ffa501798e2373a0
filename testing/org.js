'use strict';

// The state of a local org that its two hosts share.

const { createHash } = require('node:crypto');
const { AuthorizationCodes } = require('./oauth/authorization-codes');
const { toClient } = require('./clients');
const { Faults } = require('./faults');
const { LoginLimit } = require('./oauth/login-limit');
const { seedRecords } = require('./api/records');
const { RefreshTokens } = require('./oauth/refresh-tokens');
const { Sessions } = require('./sessions');
const { Traffic } = require('./traffic');

const CONNECTED_APP_AUDIENCES = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** The state of one local org. */
class Org {
  id = '00D000000000001EAA';
  /** Origin of the token endpoint; set once that host listens. */
  url = '';
  /** The `instance_url` of token responses; set once the API host listens. */
  instanceUrl = '';
  traffic = new Traffic();
  faults = new Faults();
  records = seedRecords();
  /** The number of REST calls that were answered in a session. */
  apiCalls = 0;
  /** @type {Map<string, import('./clients').Client>} */
  clients = new Map();
  authorizationCodes = new AuthorizationCodes();
  /** @type {Set<string>} */
  usedJtis = new Set();
  /** @type {import('./index').DecodedAssertion | undefined} */
  lastAssertion;

  /** @param {import('./index').LocalOrgOptions} options */
  constructor(options) {
    this.options = options;
    this.sessions = new Sessions(this.id, (options.tokenLife ?? 7200) * 1000);
    this.refreshTokens = new RefreshTokens(this.sessions, this.traffic);
    this.loginLimit = new LoginLimit(options.loginLimit ?? 3600);
  }

  /** @param {import('./index').ClientRegistration} registration */
  register(registration) {
    const client = toClient(registration, this.options);
    this.clients.set(client.id, client);
  }

  /**
   * The values of `aud` that are accepted in assertions of an app.
   *
   * @param {import('./clients').Client} client
   */
  audiences(client) {
    if (this.options.audiences) return this.options.audiences;
    return client.app === 'connected-app' ? CONNECTED_APP_AUDIENCES : [this.url];
  }

  /** @param {string} username */
  userId(username) {
    return `005${createHash('sha256').update(username).digest('hex').slice(0, 12)}AAA`;
  }

  /** @param {string} username */
  identityUrl(username) {
    return `${this.url}/id/${this.id}/${this.userId(username)}`;
  }
}

exports.Org = Org;
