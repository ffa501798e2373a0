'use strict';

// Random schedules of calls under few cache keys: each call gets a Connection of the lineage of the
// refresh token that it passed, and no Connection ever changes its user.

const { RefreshTokens } = require('../../testing/oauth/refresh-tokens');
const { SalesforceConnectionManager } = require('../..');
const { plant } = require('../../support/canaries');
const { startOrg } = require('../support/orgs');
const { randomOf } = require('./random');

const SCHEDULES = 10_000;
/** Schedules of one manager, each of which begins with what the one before left. */
const IN_A_ROW = 20;
/** Managers at work at a time. */
const LANES = 8;
const SEED = 0x5eed;
const USERS = ['ann@example.com', 'bob@example.com'];
const KEYS = ['prod', 'prod', 'prod', 'test', undefined];
const OPTIONS = [{}, {}, {}, { version: '60.0' }, { tokenTtl: 600 }, { rotation: true }];

/** How a call may end, beside a Connection. */
const ENDS = [
  'ABORTED',
  'CONFIG_INVALID', // another app, or a function that reads another user's refresh token
  'REFRESH_TOKEN_INVALID', // forgotten
  'SESSION_REJECTED', // too many 401s in a row
];

/** As little of a Connection as the package needs; `renew` is what jsforce does about a 401. */
class Light {
  constructor({ accessToken, instanceUrl, refreshFn }) {
    Object.assign(this, { accessToken, instanceUrl, refreshFn });
  }

  renew() {
    return new Promise((resolve, reject) => {
      this.refreshFn(this, (error, accessToken) => {
        if (error) return reject(error);
        this.accessToken = accessToken;
        resolve(this);
      });
    });
  }
}

/** The families of refresh tokens that the org begins, by their first refresh token. */
function recordFamilies() {
  const families = new Map();
  const begin = RefreshTokens.prototype.begin;
  jest.spyOn(RefreshTokens.prototype, 'begin').mockImplementation(function (...approval) {
    const family = begin.apply(this, approval);
    families.set(family.current, family);
    return family;
  });
  return families;
}

/** One approval of an app by a user, and the place where its newest refresh token is stored. */
function lineageOf({ org, families }, app, username) {
  const first = org.issueRefreshToken({ clientId: app.clientId, username });
  const lineage = { app, username, known: [first], family: families.get(first) };
  families.delete(first);
  lineage.read = async () => lineage.known.at(-1);
  lineage.config = {
    ...app,
    onRefreshToken: async (token) => {
      plant('a new refresh token', token);
      lineage.known.push(token);
    },
  };
  return lineage;
}

/** A manager, the lineages that call it, and what they got. */
class World {
  manager = new SalesforceConnectionManager({ Connection: Light });
  ends = {};
  /** What is wrong. */
  wrong = [];
  /** Every Connection that was handed out, and whether a family of refresh tokens is its owner. */
  #connections = new Map();
  #pending = [];
  /** Each family that there ever was in here. */
  #families = [];

  constructor({ org, families, apps }, seed) {
    this.random = randomOf(seed);
    this.approve = (app, username) => {
      const lineage = lineageOf({ org, families }, app, username);
      this.#families.push(lineage.family);
      return lineage;
    };
    const [ann, bob] = USERS;
    this.lineages = [this.approve(apps[0], ann), this.approve(apps[0], ann)];
    this.lineages.push(this.approve(apps[0], bob));
    if (this.random.chance(0.2)) this.lineages.push(this.approve(apps[1], bob));
    this.target = this.lineages[0];
    this.wander = async () => this.target.known.at(-1);
  }

  /** One schedule, until all of it has ended. */
  async run() {
    const { random } = this;
    for (let left = 3 + random.below(6); left > 0; left -= 1) {
      this.#act();
      if (random.chance(0.3)) await new Promise(setImmediate);
      if (random.chance(0.15)) await Promise.all(this.#pending.splice(0));
    }
    await Promise.all(this.#pending.splice(0));
    for (const [connection, isOwner] of this.#connections) this.#check(connection, isOwner);
    // Forgotten in the middle of a renewal, a spent one was sent: the user logs in again.
    this.lineages = this.lineages.map((each) =>
      each.family.revoked ? this.approve(each.app, each.username) : each,
    );
  }

  #act() {
    const { random, manager } = this;
    const act = random.below(40);
    if (act < 30) this.#get(random.pick(this.lineages));
    else if (act < 33) this.#wander();
    else if (act < 34) manager.clearAllConnections();
    else if (act < 35) manager.clearExpiredConnections();
    else if (act < 36) this.#forget(random.pick(this.lineages));
    else if (act < 37) this.#logout();
    else this.#renew();
  }

  #get(lineage) {
    const { random } = this;
    const sources = [lineage.known[0], random.pick(lineage.known), lineage.known.at(-1)];
    const source = random.pick([...sources, lineage.read, () => lineage.read()]);
    this.#ask(lineage.config, source, (connection) => {
      this.#own(connection, (family) => family === lineage.family);
    });
  }

  /** One function object that reads another lineage's refresh token by and by. */
  #wander() {
    this.target = this.random.pick(this.lineages.slice(0, 3));
    const onRefreshToken = (token) => {
      // It may be of what the function read before.
      this.lineages.find(({ family }) => family.current === token)?.known.push(token);
    };
    this.#ask({ ...this.target.config, onRefreshToken }, this.wander, (connection) => {
      if (connection.accessToken === null) return; // after a logout
      const username = this.#familyOf(connection.accessToken)?.username;
      this.#own(connection, (family) => family?.username === username);
    });
  }

  /** The family of refresh tokens that an access token was granted to. */
  #familyOf(accessToken) {
    return this.#families.find(({ accessTokens }) => accessTokens.has(accessToken));
  }

  #ask(config, source, then) {
    const { random, manager } = this;
    const leave = random.chance(0.1) ? new AbortController() : undefined;
    const options = random.pick([undefined, undefined, { fresh: true }, { signal: leave?.signal }]);
    const all = { ...config, ...random.pick(OPTIONS) };
    this.#wait(manager.getConnection(all, source, random.pick(KEYS), options).then(then));
    if (leave) setImmediate(() => leave.abort());
  }

  #forget({ config, known, read }) {
    const source = this.random.pick([known.at(-1), known.at(-1), read]);
    try {
      this.manager.forgetRefreshToken(config, source);
      // What it led to is not known any more, and a spent one would be sent.
      known.splice(0, known.length - 1);
    } catch ({ code }) {
      this.#end(code);
    }
  }

  #logout() {
    const connection = this.#connection();
    if (connection) connection.accessToken = null;
  }

  #renew() {
    const connection = this.#connection();
    if (connection) this.#wait(connection.renew());
  }

  #connection() {
    return this.random.pick([...this.#connections.keys()]);
  }

  #wait(promise) {
    this.#pending.push(
      promise.then(
        () => this.#end('granted'),
        ({ code, message }) => {
          this.#end(code);
          if (!ENDS.includes(code)) this.wrong.push(message);
        },
      ),
    );
  }

  #end(code) {
    this.ends[code] = (this.ends[code] ?? 0) + 1;
  }

  #own(connection, isOwner) {
    this.#check(connection, isOwner);
    const before = this.#connections.get(connection);
    if (before) this.#check(connection, before);
    else this.#connections.set(connection, isOwner);
  }

  #check({ accessToken }, isOwner) {
    // After a logout there is none.
    if (accessToken === null || isOwner(this.#familyOf(accessToken))) return;
    this.wrong.push('a Connection of another lineage');
  }
}

test(`in ${SCHEDULES} random schedules nobody gets the Connection of another lineage`, async () => {
  const families = recordFamilies();
  const org = await startOrg({ rotation: true, loginLimit: SCHEDULES });
  const { refreshToken, ...app } = org.oauth;
  const apps = [app, { ...app, clientId: 'another app' }];
  for (const { clientId, clientSecret, redirectUri } of apps) {
    org.register({ clientId, clientSecret, redirectUris: [redirectUri], users: USERS });
  }
  const ends = {};
  let seed = SEED;
  const lane = async () => {
    while (seed < SEED + SCHEDULES / IN_A_ROW) {
      const world = new World({ org, apps, families }, seed);
      const name = `seed ${seed}`;
      seed += 1;
      for (let row = 0; row < IN_A_ROW; row += 1) {
        await world.run();
        if (world.wrong.length > 0) throw new Error(`${name}: ${world.wrong.join('; ')}`);
      }
      for (const [code, count] of Object.entries(world.ends)) {
        ends[code] = (ends[code] ?? 0) + count;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(Object.keys(ends).sort()).toEqual(['granted', ...ENDS].sort());
  expect(ends.granted).toBeGreaterThan(4 * SCHEDULES);
  // Much was done underneath: the Connections that were handed out have changed their tokens.
  expect(org.stats().rotations).toBeGreaterThan(SCHEDULES / 2);
}, 120_000);
