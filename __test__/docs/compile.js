'use strict';

// Compiles snippets in a project of somebody who uses the package, in one run of the compiler.

const { spawnSync } = require('node:child_process');
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { createProject } = require('../package/project');
const { COMPILER_OPTIONS, TSC } = require('../types/compile');

const PACKAGES = {
  '@types/node': '@types/node',
  jsforce: 'jsforce',
  jsonwebtoken: 'jsonwebtoken',
};

/**
 * @param {import('./snippets').Snippet[]} snippets
 * @returns {{ project: string, errors: string }} the compiled files are in the project's folder `out`
 */
function compileSnippets(snippets) {
  const project = createProject(PACKAGES);
  for (const { id, text } of snippets) {
    const file = join(project, 'src', id);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  cpSync(join(__dirname, 'assumed'), project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    ...COMPILER_OPTIONS,
    noEmit: false,
    allowJs: true,
    checkJs: true,
    moduleDetection: 'force',
    types: ['node'],
    rootDir: 'src',
    outDir: 'out',
  };
  const config = { compilerOptions, include: ['src', 'names.d.ts', 'modules.d.ts'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  const args = [TSC, '-p', '.', '--pretty', 'false'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  return { project, errors: stdout + stderr };
}

module.exports = { compileSnippets };
