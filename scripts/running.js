'use strict';

// Ends the programs that run.js started, and their children, with this process or at its time limit.
// A child that lived on would keep the inherited standard error open, and a reader of that pipe would
// wait for ever.

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Whether each program leads a process group, which one signal ends. */
const GROUPS = process.platform !== 'win32';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isOver = false;

/** Ends a program and its group. SIGKILL also ends a frozen process. */
function end(child) {
  try {
    if (GROUPS) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // The program has ended already.
  }
  // A child that left the group, or has none, may still hold the pipes.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function endAll() {
  for (const child of running) end(child);
}

/** Ctrl-C reaches only the process group of this process, so the programs are ended here. */
function endWithUs(signal) {
  endAll();
  listen('off');
  process.kill(process.pid, signal);
}

/** @param {'on' | 'off'} how */
function listen(how) {
  for (const signal of SIGNALS) process[how](signal, endWithUs);
  process[how]('exit', endAll);
}

/**
 * Makes a program end with this process. The program was started with `detached: GROUPS`.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function hold(child) {
  if (child.pid === undefined) return; // the program could not be started
  if (running.size === 0) listen('on');
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) listen('off');
  });
}

/**
 * Ends all programs that are running after `ms` milliseconds.
 *
 * @param {number} ms
 */
function limit(ms) {
  const stop = () => {
    isOver = true;
    endAll();
  };
  setTimeout(stop, ms).unref();
}

module.exports = { GROUPS, end, hold, limit, isOver: () => isOver };
