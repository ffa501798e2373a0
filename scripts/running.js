'use strict';

// The programs that run.js has running, each with all that it started. None of it outlives this
// process or its limit: it would hold the standard error that it inherited, and whoever reads that
// through a pipe would wait for ever.

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Whether a program leads a group of processes, which can be ended as one. */
const GROUPS = process.platform !== 'win32';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isOver = false;

/** Ends a program and its group. SIGKILL, since one that is frozen hears nothing else. */
function end(child) {
  try {
    if (GROUPS) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended.
  }
  // What has left the group, or where there is none, may hold the pipes.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function endAll() {
  for (const child of running) end(child);
}

/** A group of its own does not hear what ends this one, such as Ctrl-C. */
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
 * Has a program end with this process, if it was started with `detached: GROUPS`.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function hold(child) {
  if (child.pid === undefined) return; // it could not be started
  if (running.size === 0) listen('on');
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) listen('off');
  });
}

/**
 * Ends, in so many milliseconds, whatever is running then.
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
