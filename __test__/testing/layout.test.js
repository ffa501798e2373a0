'use strict';

const { readdirSync, readFileSync } = require('node:fs');
const { join, posix } = require('node:path');

const TESTING = join(__dirname, '../../testing');

/** Rank of each room. A file requires files of lower rank, or of its own folder. */
const RANKS = {
  ...{ answer: 1, clients: 1, faults: 1, host: 2, sessions: 1, traffic: 1 },
  ...{ 'oauth/': 3, 'api/': 3 },
  ...{ endpoints: 4, org: 4, 'local-org': 5, index: 6 },
};

const files = readdirSync(TESTING, { recursive: true })
  .map((file) => file.replaceAll('\\', '/').replace(/\.js$/, ''))
  .filter((file) => !/\.|^(oauth|api|tls)$/.test(file));

const source = (file) => readFileSync(join(TESTING, `${file}.js`), 'utf8');
const roomOf = (file) => (file.includes('/') ? `${file.split('/')[0]}/` : file);

/** The files that a file requires, and modules of Node.js. */
function requiredBy(file) {
  return [...source(file).matchAll(/\brequire\('([^']+)'\)/g)].map(([, path]) =>
    path.startsWith('.') ? posix.join(posix.dirname(file), path) : path,
  );
}

test('every file requires files of lower rank, of its own folder, or of Node.js', () => {
  expect(files.length).toBeGreaterThan(25);
  const isAllowed = (file, other) =>
    other.startsWith('node:') ||
    roomOf(other) === roomOf(file) ||
    RANKS[roomOf(other)] < RANKS[roomOf(file)];
  const bad = files.flatMap((file) =>
    requiredBy(file)
      .filter((other) => !isAllowed(file, other))
      .map((other) => `${file} requires ${other}`),
  );
  expect(bad).toEqual([]);
});
