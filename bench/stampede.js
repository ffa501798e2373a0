'use strict';

// Many callers at once, none with a token, at an authorization server that takes 50 ms.

const { spread, table } = require('./figures.js');
const { loginAt } = require('./login.js');
const { inRounds } = require('./rounds.js');

const CALLERS = 200;
const MANAGERS = ['ours', 'plain', 'seed'];

/**
 * @param {import('./authorization-server').AuthorizationServer} server
 * @param {{ stampedeRounds: number }} options
 */
async function stampede({ origins, countRequests }, { stampedeRounds }) {
  const samples = await inRounds(MANAGERS, stampedeRounds, async (name, round) => {
    const { getToken } = require(`./managers/${name}.js`);
    // A user whom no manager knows yet.
    const login = loginAt(origins.slow, `${name}-${round}@example.com`);
    await countRequests();
    const start = performance.now();
    await Promise.all(Array.from({ length: CALLERS }, () => getToken(login)));
    const wall = performance.now() - start;
    return { wall, requests: await countRequests() };
  });
  const of = (name, figure) => samples.get(name).map((sample) => sample[figure]);
  const rows = MANAGERS.map((name) => [
    name,
    spread(of(name, 'requests'), 0),
    spread(of(name, 'wall'), 1, of('seed', 'wall')),
  ]);
  return {
    title: `Stampede: ${CALLERS} callers, cold, an answer takes 50 ms`,
    table: table(['min / median / max (× seed)', 'requests', 'wall ms'], rows),
    bars: [
      {
        name: `requests for ${CALLERS} cold callers: ours / seed`,
        measured: Math.max(...of('ours', 'requests')) / Math.min(...of('seed', 'requests')),
        limit: 1 / CALLERS,
      },
    ],
  };
}

module.exports = { stampede };
