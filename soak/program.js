'use strict';

// Starts the programs of programs/ as processes of their own and asks them to act.

const { fork } = require('node:child_process');
const { join } = require('node:path');
const { plainEnvironment } = require('../support/plain-environment');

const HOST = join(__dirname, 'program-host.js');

/**
 * Starts `programs/<name>/process.js` in a process of its own.
 *
 * @param {string} name
 * @param {{ env?: NodeJS.ProcessEnv, args?: string[], under?: string[] }} [options] `args`: of
 *   Node.js; `under`: a command, with its arguments, that runs Node.js
 */
function startProgram(name, { env = {}, args = [], under = [] } = {}) {
  const [execPath, ...execArgv] = [...under, process.execPath, ...args];
  const child = fork(HOST, [join(__dirname, 'programs', name, 'process.js')], {
    env: { ...plainEnvironment(), ...env },
    execPath,
    execArgv,
  });
  const waiting = new Map();
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  /** @type {Promise<{ code: number | null, signal: string | null }>} */
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  ended.then(({ code, signal }) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name}: ${signal ?? code}`));
  });
  let id = 0;
  return {
    child,
    ended,
    /**
     * @param {string} action the name of an exported function of the program
     * @param {unknown} [argument]
     * @returns {Promise<any>}
     */
    ask(action, argument) {
      id += 1;
      child.send({ id, action, argument });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    /** Lets the program end by itself, and waits for its end. */
    end() {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

/**
 * Runs `use` with a program, and kills the program afterwards.
 *
 * @template T
 * @param {string} name
 * @param {(program: ReturnType<typeof startProgram>) => Promise<T>} use
 * @param {Parameters<typeof startProgram>[1]} [options]
 */
async function withProgram(name, use, options) {
  const program = startProgram(name, options);
  try {
    return await use(program);
  } finally {
    program.child.kill('SIGKILL');
  }
}

module.exports = { startProgram, withProgram };
