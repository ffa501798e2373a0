'use strict';

// Each folder here holds what must compile, and what must not, beside another jsforce.

const { compile } = require('./compile');

const NODE = { '@types/node': '@types/node' };
const STRICTER = {
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  verbatimModuleSyntax: false,
};

test('jsforce 3', () => {
  expect(compile(['every', 'jsforce-3'], { ...NODE, jsforce: 'jsforce' })).toBe('');
});

test('the newest jsforce 3', () => {
  expect(compile(['every', 'jsforce-3'], { ...NODE, jsforce: 'jsforce-latest' })).toBe('');
});

test('jsforce 2', () => {
  expect(compile(['every', 'jsforce-2'], { ...NODE, jsforce: 'jsforce-2' })).toBe('');
});

test('@jsforce/jsforce-node', () => {
  const packages = { ...NODE, '@jsforce/jsforce-node': '@jsforce/jsforce-node' };
  expect(compile(['every', 'jsforce-node'], packages)).toBe('');
});

test('neither jsforce nor types of Node.js', () => {
  expect(compile(['every', 'none'], {}, STRICTER)).toBe('');
});
