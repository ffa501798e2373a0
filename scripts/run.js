'use strict';

// Runs a program in the project's folder, shows what it prints, and gives back its standard output.

const { spawn } = require('node:child_process');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const WINDOWS = process.platform === 'win32';
// Of the longest step where nothing is built yet, several times over.
const LIMIT_MINUTES = 30;

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string>} rejects with an error whose `output` is what was printed, and when the
 *   program does not end within half an hour
 */
function run(program, args, { cwd = ROOT, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const shell = WINDOWS && program === 'npm'; // there it is a .cmd file
    const child = spawn(program, args, {
      cwd,
      shell,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: LIMIT_MINUTES * 60_000,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!quiet) process.stdout.write(text);
    });
    child.on('error', reject);
    // Programs that it started may live on, and hold the pipe.
    child.on('exit', (_, signal) => signal && child.stdout.destroy());
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const line = [program, ...args].join(' ');
      reject(
        Object.assign(new Error(`${line}: ended with ${signal ?? `code ${code}`}`), { output }),
      );
    });
  });
}

/** Runs the command-line program of an installed package, such as `jest/bin/jest.js`. */
function runPackage(script, args, options) {
  return run(process.execPath, [join(ROOT, 'node_modules', script), ...args], options);
}

module.exports = { ROOT, run, runPackage };
