'use strict';

// The JWT connection manager that is usually written for a Lambda: a singleton, a Map of tokens,
// jsonwebtoken, fetch, jsforce. In two places it is read in its own favour: a Connection is kept
// with its token and not made anew at every call, and jsforce is loaded at the first Connection,
// so that a first token does not pay for it.

const jwt = require('jsonwebtoken');

const TOKEN_LIFE = 180_000;
const BUFFER = 30_000;

class JWTConnectionManager {
  static instance;
  tokenCache = new Map();

  static getInstance() {
    if (!JWTConnectionManager.instance) {
      JWTConnectionManager.instance = new JWTConnectionManager();
    }
    return JWTConnectionManager.instance;
  }

  async getToken(config) {
    const cacheKey = `${config.clientId}:${config.username}`;
    const cached = this.tokenCache.get(cacheKey);
    if (cached && Date.now() < cached.expiresAt - BUFFER) {
      return cached.accessToken;
    }
    const token = await this.requestToken(config);
    this.tokenCache.set(cacheKey, token);
    return token.accessToken;
  }

  async getConnection(config) {
    const cacheKey = `${config.clientId}:${config.username}`;
    const cached = this.tokenCache.get(cacheKey);
    if (cached && Date.now() < cached.expiresAt - BUFFER) {
      return cached.connection;
    }
    const { Connection } = require('jsforce');
    const token = await this.requestToken(config);
    const { instanceUrl, accessToken } = token;
    token.connection = new Connection({ instanceUrl, accessToken });
    this.tokenCache.set(cacheKey, token);
    return token.connection;
  }

  async requestToken(config) {
    const response = await fetch(`${config.instanceUrl}/services/oauth2/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: this.generateJWT(config),
      }),
    });
    if (!response.ok) {
      throw new Error(`Token request failed: ${response.status} ${await response.text()}`);
    }
    const { access_token: accessToken, instance_url: instanceUrl } = await response.json();
    return { accessToken, instanceUrl, expiresAt: Date.now() + TOKEN_LIFE };
  }

  generateJWT(config) {
    const claims = {
      iss: config.clientId,
      sub: config.username,
      aud: config.instanceUrl,
      exp: Math.floor(Date.now() / 1000) + 180,
    };
    return jwt.sign(claims, config.privateKey, { algorithm: 'RS256' });
  }
}

exports.getToken = (config) => JWTConnectionManager.getInstance().getToken(config);
exports.getConnection = (config) => JWTConnectionManager.getInstance().getConnection(config);
