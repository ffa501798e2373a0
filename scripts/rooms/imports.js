'use strict';

// Which files of its own tree a source file imports, for Rust and for JavaScript.

const { posix } = require('node:path');

/** The module path of a Rust file: `a/mod.rs` and `a.rs` are both `a`. */
const moduleOf = (path) => path.replace(/(\/mod)?\.rs$/, '').split('/');

/** Rust without comments, text in quotes, and the test module that ends a file. */
function bareRust(text) {
  const [code] = text.split('#[cfg(test)]\nmod ');
  return code.replace(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\.|[^\\])'|\/\/.*|\/\*[\s\S]*?\*\//g, ' ');
}

/** All paths that `a::{b, c::{d, e}}` stands for, each as a list of names. */
function pathsAt(text) {
  const names = [];
  for (let rest = text; ; ) {
    const name = /^\s*(\w+)/.exec(rest);
    if (name) names.push(name[1]);
    rest = rest.slice(name?.[0].length ?? 0);
    const list = /^\s*(?:::)?\s*\{/.exec(rest);
    if (list) return inBraces(rest.slice(list[0].length)).map((path) => [...names, ...path]);
    if (!name || !rest.startsWith('::')) return [names];
    rest = rest.slice(2);
  }
}

function inBraces(text) {
  const parts = [''];
  let level = 0;
  for (const c of text) {
    if (c === '{') level += 1;
    if (c === '}' && level-- === 0) break;
    if (c === ',' && level === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.filter((part) => part.trim()).flatMap(pathsAt);
}

/** The files that a Rust file names by `crate::`, `super::` or `self::`. */
function rustImports(path, text, files) {
  const code = bareRust(text);
  const own = moduleOf(path);
  const places = new Map(files.map((file) => [moduleOf(file).join('/'), file]));
  const found = [];
  for (const { 0: head, index } of code.matchAll(
    /(?<![\w:])(?:crate|self|super(?:::super)*)\b::/g,
  )) {
    const up = head.split('super').length - 1;
    const base = head.startsWith('crate') ? [] : own.slice(0, own.length - up);
    for (const names of pathsAt(code.slice(index + head.length))) {
      const steps = [...base, ...names];
      while (steps.length > 0 && !places.has(steps.join('/'))) steps.pop();
      if (steps.length > 0) found.push(places.get(steps.join('/')));
    }
  }
  return found;
}

/** The files that a JavaScript file requires. Types in comments are not counted. */
function scriptImports(path, text, files) {
  const code = text.replace(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/\brequire\('(\.[^']*)'\)/g)].flatMap(([, wanted]) => {
    const target = posix.join(posix.dirname(path), wanted);
    return files.filter((file) => [target, `${target}.js`, `${target}/index.js`].includes(file));
  });
}

module.exports = { rustImports, scriptImports };
