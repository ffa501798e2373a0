'use strict';

// Runs a program in the project's folder, shows what it prints, and returns its standard output.

const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { GROUPS, end, hold, isOver } = require('./running');

const ROOT = join(__dirname, '..');
const WINDOWS = process.platform === 'win32';

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, withErrors?: boolean }} [options]
 *   `env` is added to the environment of this process. `quiet` does not show standard output.
 *   `withErrors` returns standard error as well.
 * @returns {Promise<string>} It rejects when the program fails, or when the limit of running.js is
 *   reached. The error's `output` is what the program printed.
 */
function run(program, args, { cwd = ROOT, env = {}, quiet = false, withErrors = false } = {}) {
  return new Promise((resolve, reject) => {
    const shell = WINDOWS && program === 'npm'; // npm is a .cmd file on Windows
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      shell,
      detached: GROUPS,
      stdio: ['ignore', 'pipe', withErrors ? 'pipe' : 'inherit'],
    });
    hold(child);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!quiet) process.stdout.write(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stderr.write(text);
    });
    child.on('error', reject);
    child.on('exit', (_, signal) => signal && end(child));
    child.on('close', (code, signal) => {
      if (code === 0 && !isOver()) return resolve(output);
      const line = [program, ...args].join(' ');
      const how = `ended with ${signal ?? `code ${code}`}${isOver() ? ', as the time was up' : ''}`;
      reject(Object.assign(new Error(`${line}: ${how}`), { output }));
    });
  });
}

/** Runs the command-line program of an installed package, such as `jest/bin/jest.js`. */
function runPackage(script, args, options) {
  return run(process.execPath, [join(ROOT, 'node_modules', script), ...args], options);
}

module.exports = { ROOT, run, runPackage };
