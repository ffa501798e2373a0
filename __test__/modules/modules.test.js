'use strict';

// The package as ES module and as CommonJS on every Node.js version, installed in a project.

const { execFile } = require('node:child_process');
const { cpSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { majors, nodeBinary } = require('../../scripts/node-versions');
const { ROOT } = require('../package/packed');
const { createProject, removeProject } = require('../package/project');

/** The newest jsforce wants Node.js 22. */
const JSFORCE = { 20: 'jsforce', 22: 'jsforce-latest', 24: 'jsforce-latest' };

const declared = [
  ...readFileSync(join(ROOT, 'index.d.ts'), 'utf8').matchAll(
    /^export (?:class|const|function) (\w+)/gm,
  ),
]
  .map(([, name]) => name)
  .sort();

describe.each(majors)('Node.js %d', (major) => {
  let node;
  let project;
  beforeAll(() => {
    node = nodeBinary(major);
    project = createProject({ jsforce: JSFORCE[major] });
    for (const file of ['import.mjs', 'require.cjs'])
      cpSync(join(__dirname, file), join(project, file));
  }, 120_000);
  afterAll(() => removeProject(project));

  async function run(...args) {
    const { stdout, stderr } = await promisify(execFile)(node, args, { cwd: project });
    return { ...JSON.parse(stdout), stderr };
  }

  test('is the version it should be', async () => {
    const { stdout } = await promisify(execFile)(node, ['--version']);
    expect(stdout).toMatch(`v${major}.`);
  });

  test('import finds every name, and the same classes as require', async () => {
    const { names, jsforce, ...rest } = await run('import.mjs');
    expect(names.filter((name) => !['default', 'module.exports'].includes(name))).toEqual(declared);
    expect(jsforce).toBe(require(`${JSFORCE[major]}/package.json`).version);
    expect(rest).toEqual({
      sameManager: true,
      sameShared: true,
      sameError: true,
      sameTesting: true,
      found: true,
      records: 1,
      ownConnection: true,
      stderr: '',
    });
  });

  test('require finds every name, and the same classes as import', async () => {
    const { names, ...rest } = await run('require.cjs');
    expect(names).toEqual(declared);
    expect(rest).toEqual({
      sameManager: true,
      sameFunction: true,
      default: true,
      records: 1,
      failed: 'MALFORMED_QUERY',
      foreign: false,
      stderr: '',
    });
  });
});
