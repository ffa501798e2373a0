'use strict';

// Every TypeScript and JavaScript snippet of README.md and docs/ is compiled and run.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { text } = require('node:stream/consumers');
const { pathToFileURL } = require('node:url');
const { plainEnvironment } = require('../../support/plain-environment');
const { startLocalOrg } = require('../../testing');
const { removeProject } = require('../package/project');
const { publicKeyOf } = require('../support/orgs');
const { compileSnippets } = require('./compile');
const { EXCEPTIONS } = require('./exceptions');
const { CODE, languages, pages, snippets, snippetsOf } = require('./snippets');

/** Hosts of the snippets: the local org stands for them. */
const MY_DOMAIN = /https:\/\/acme(--uat\.sandbox)?\.my\.salesforce\.com/g;
const USER = 'integration@acme.example';
const NOT_CODE = ['', 'sh'];

let org;
let compiled;
beforeAll(async () => {
  org = await startLocalOrg();
  const here = snippets.map(({ id, text }) => ({ id, text: text.replaceAll(MY_DOMAIN, org.url) }));
  compiled = compileSnippets(here);
}, 120_000);
afterAll(async () => {
  removeProject(compiled.project);
  await org.close();
});

/** An app that one snippet has to itself, as the environment of its process. */
function environmentOf(id, rotation) {
  const { clientSecret, redirectUri } = org.oauth;
  const publicKey = publicKeyOf(org);
  const [redirectUris, users] = [[redirectUri], [USER, `${USER}.uat`]];
  org.register({ clientId: id, publicKey, clientSecret, redirectUris, users, rotation });
  return {
    SF_CLIENT_ID: id,
    SF_CLIENT_SECRET: clientSecret,
    SF_REDIRECT_URI: redirectUri,
    SF_REFRESH_TOKEN: org.issueRefreshToken({ clientId: id, username: USER }),
    SF_PRIVATE_KEY: org.config.privateKey,
    SF_USERNAME: USER,
    SF_INSTANCE_URL: org.url,
    SF_LOGIN_URL: org.url,
  };
}

/** Runs a compiled snippet; what it prints counts only if it fails. */
async function run(id, environment) {
  const file = join(compiled.project, 'out', id.replace(/\.ts$/, '.js'));
  const args = ['--import', './names.mjs', './run.mjs', pathToFileURL(file).href];
  const env = { ...plainEnvironment(), ...environment };
  const child = spawn(process.execPath, args, { cwd: compiled.project, env, timeout: 15_000 });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stderr, stdout: code === 0 ? '' : stdout };
}

test('compile, strictly', () => {
  expect(compiled.errors).toBe('');
});

const toRun = snippets.map(({ id }) => id).filter((id) => EXCEPTIONS[id]?.isRun !== false);

test.each(toRun)('%s runs', async (id) => {
  const { requests = 1, rotation = false } = EXCEPTIONS[id] ?? {};
  org.resetStats();
  const environment = requests > 0 ? environmentOf(id, rotation) : {};
  expect(await run(id, environment)).toEqual({ code: 0, stderr: '', stdout: '' });
  const { tokenRequests, rotations } = org.stats();
  expect({ requests: tokenRequests, rotations }).toEqual({ requests, rotations: Number(rotation) });
});

test('no snippet is passed over', () => {
  const known = [...CODE, ...NOT_CODE];
  for (const { text } of pages) {
    expect(languages(text).filter((language) => !known.includes(language))).toEqual([]);
  }
  const code = pages.flatMap(({ text }) => languages(text)).filter((each) => CODE.includes(each));
  expect(snippets).toHaveLength(code.length);
  expect(new Set(snippets.map(({ id }) => id)).size).toBe(code.length);
  expect(code.length).toBeGreaterThan(20);
});

test('every exception is of a snippet that is there', () => {
  const ids = snippets.map(({ id }) => id);
  expect(Object.keys(EXCEPTIONS).filter((id) => !ids.includes(id))).toEqual([]);
});

test('a snippet that does not fit the types is noticed', () => {
  const page =
    '# Wrong\n\n```ts\nconst { token } = await getToken(config);\n```\n\n```sh\nls\n```\n';
  const [wrong, ...others] = snippetsOf('docs/wrong.md', page);
  expect([wrong.id, others]).toEqual(['wrong/wrong/snippet.ts', []]);
  const { project, errors } = compileSnippets([wrong]);
  removeProject(project);
  expect(errors).toContain("Cannot find name 'getToken'");
}, 60_000);
