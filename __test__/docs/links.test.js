'use strict';

// Links between the pages: the file is there, and so is the heading.

const { existsSync, readFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');
const { ROOT } = require('../package/packed');
const { anchor, pages } = require('./snippets');

/** Lines of a page that are no code. */
const prose = (markdown) => markdown.replace(/^ *```[\s\S]*?^ *```$/gm, '');

/** @param {string} file */
function headings(file) {
  const found = prose(readFileSync(file, 'utf8')).matchAll(/^#+ (.*)$/gm);
  return [...found].map(([, heading]) => anchor(heading));
}

test.each(pages)('the links of $path lead somewhere', ({ path, text }) => {
  const broken = [];
  for (const [, target] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file, heading] = target.split('#');
    const place = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
    const isThere = existsSync(place) && (!heading || headings(place).includes(heading));
    if (!isThere) broken.push(`${target} (${relative(ROOT, place)})`);
  }
  expect(broken).toEqual([]);
});
