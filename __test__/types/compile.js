'use strict';

// Compiles TypeScript files in a project of their own and gives back what the compiler has to say.

const { spawnSync } = require('node:child_process');
const { cpSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT } = require('../package/packed');
const { createProject, removeProject } = require('../package/project');

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** Declarations of others are checked too: `skipLibCheck` would hide faults in ours. */
const COMPILER_OPTIONS = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  noImplicitReturns: true,
  noUncheckedIndexedAccess: true,
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2022'],
};

/**
 * @param {string[]} folders whose files are compiled
 * @param {Record<string, string>} packages see `createProject`
 * @param {object} [compilerOptions]
 */
function compile(folders, packages, compilerOptions) {
  const project = createProject(packages);
  try {
    for (const folder of folders) cpSync(join(__dirname, folder), project, { recursive: true });
    const types = '@types/node' in packages ? ['node'] : [];
    const config = {
      compilerOptions: { ...COMPILER_OPTIONS, types, ...compilerOptions },
      include: ['*.ts'],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
    const { stdout, stderr } = spawnSync(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], {
      cwd: project,
      encoding: 'utf8',
    });
    return stdout + stderr;
  } finally {
    removeProject(project);
  }
}

module.exports = { COMPILER_OPTIONS, TSC, compile };
