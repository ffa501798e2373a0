'use strict';

// The code of README.md and docs/, taken out of its fences.

const { readdirSync, readFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { ROOT } = require('../package/packed');

/** What is compiled and run, as the fences name it. */
const CODE = ['ts', 'js', 'mjs'];

const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/**
 * @typedef {object} Snippet
 * @property {string} id page, heading and file, such as `jwt/only-a-token/snippet.ts`
 * @property {string} text
 */

/** The anchor of a heading, as GitHub makes it. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/**
 * The languages of all fences, indented ones and the empty language included.
 *
 * @param {string} markdown
 */
function languages(markdown) {
  const marks = [...markdown.matchAll(/^ *```(.*)$/gm)].map(([, language]) => language);
  return marks.filter((_, i) => i % 2 === 0);
}

/**
 * A first line `// name.ts` names the file, which the other snippets below the same heading can
 * import. A file belongs to its heading, so one page can show two that have the same name.
 *
 * @param {string} path
 * @param {string} markdown
 * @returns {Snippet[]}
 */
function snippetsOf(path, markdown) {
  const parts =
    /^#{1,6} (?<heading>.*)$|^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$|^```\n[\s\S]*?^```$/gm;
  const found = [];
  let section = '';
  let unnamed = 0;
  for (const { groups } of markdown.matchAll(parts)) {
    const { heading, language, text } = groups;
    if (heading !== undefined) [section, unnamed] = [anchor(heading), 0];
    if (!CODE.includes(language)) continue;
    const [, named] = /^\/\/ ([\w-]+(?:\.\w+)+)/.exec(text) ?? [];
    unnamed += named ? 0 : 1;
    const file = named ?? `snippet${unnamed > 1 ? `-${unnamed}` : ''}.${language}`;
    found.push({ id: `${basename(path, '.md')}/${section}/${file}`, text });
  }
  return found;
}

const snippets = pages.flatMap(({ path, text }) => snippetsOf(path, text));

/** @param {string} id */
function snippet(id) {
  const found = snippets.find((each) => each.id === id);
  if (!found) throw new Error(`no snippet ${id}`);
  return found.text;
}

module.exports = { CODE, anchor, languages, pages, snippet, snippets, snippetsOf };
