'use strict';

// Signals of the user's own whose methods throw or come at the wrong moment.

const { getEventListeners } = require('node:events');
const { JWTConnectionManager, SalesforceConnectionManager } = require('../..');
const { startOrg } = require('../support/orgs');
const { rejection } = require('../support/rejection');

let org;
/** @type {JWTConnectionManager} */
let manager;
beforeEach(async () => {
  org = await startOrg();
  manager = new JWTConnectionManager();
});

describe('fault 70: a signal whose methods throw', () => {
  const boom = new Error('boom');
  const explode = () => {
    throw boom;
  };
  const unhandled = jest.fn();
  beforeEach(() => {
    process.on('unhandledRejection', unhandled);
    process.on('uncaughtException', unhandled);
  });
  afterEach(async () => {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    process.off('uncaughtException', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
  const signalWith = (methods) => ({
    aborted: false,
    addEventListener() {},
    removeEventListener() {},
    ...methods,
  });

  test('when it is taken off: the call has its result', async () => {
    const options = { signal: signalWith({ removeEventListener: explode }) };
    expect(await manager.getAccessToken(org.config, options)).toHaveProperty('accessToken');
    manager.clearAllTokens();
    org.inject({ kind: 'oauth-error', error: 'inactive_org' });
    const error = await rejection(manager.getAccessToken(org.config, options));
    expect(error.code).toBe('ORG_INACTIVE');
  });

  test('when it is added: what was thrown, and the login that fails later is nobody’s', async () => {
    const own = new SalesforceConnectionManager();
    const config = {
      ...org.oauth,
      refreshToken: async () => {
        await new Promise(setImmediate);
        throw new Error('the store is down');
      },
    };
    const options = { signal: signalWith({ addEventListener: explode }) };
    const asked = own.getConnection(config, undefined, undefined, options);
    expect(await rejection(asked)).toBe(boom);
  });

  test('when its reason is read: ABORTED, with what was thrown as cause', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    Object.defineProperty(signal, 'reason', { get: explode });
    org.inject({ kind: 'delay', ms: 200 });
    const asked = rejection(manager.getAccessToken(org.config, { signal }));
    controller.abort();
    expect(await asked).toMatchObject({ code: 'ABORTED', name: 'AbortError', cause: boom });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    while (manager.getCacheStats().inFlight > 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('which fires while it is listened to: ABORTED', async () => {
    const early = signalWith({
      addEventListener(_, listener) {
        this.aborted = true;
        listener();
      },
    });
    const error = await rejection(manager.getAccessToken(org.config, { signal: early }));
    expect(error).toMatchObject({ code: 'ABORTED', name: 'AbortError' });
  });
});
