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
async function stampede({ origins, countExchanges }, { stampedeRounds }) {
  const samples = await inRounds(MANAGERS, stampedeRounds, async (name, round) => {
    const { getToken } = require(`./managers/${name}.js`);
    // A user whom no manager knows yet.
    const login = loginAt(origins.slow, `${name}-${round}@example.com`);
    await countExchanges();
    const start = performance.now();
    await Promise.all(Array.from({ length: CALLERS }, () => getToken(login)));
    const wall = performance.now() - start;
    return { wall, exchanges: await countExchanges() };
  });
  const of = (name, figure) => samples.get(name).map((sample) => sample[figure]);
  const rows = MANAGERS.map((name) => [
    name,
    spread(of(name, 'exchanges'), 0),
    spread(of(name, 'wall'), 1, of('seed', 'wall')),
  ]);
  return {
    title: `Stampede: ${CALLERS} callers, cold, an answer takes 50 ms`,
    table: table(['min / median / max (× seed)', 'exchanges', 'wall ms'], rows),
    bars: [
      {
        name: `exchanges for ${CALLERS} cold callers: ours / seed`,
        measured: Math.max(...of('ours', 'exchanges')) / Math.min(...of('seed', 'exchanges')),
        limit: 1 / CALLERS,
      },
    ],
  };
}

module.exports = { stampede };
