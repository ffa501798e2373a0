'use strict';

// Stops a process, on Linux.

const { readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

/** The state of a stopped process in `/proc`. */
const STOPPED = 'T';
const state = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];

/** Stops a process and waits until it has stopped. SIGCONT continues it. */
async function freeze(pid) {
  process.kill(pid, 'SIGSTOP');
  while (state(pid) !== STOPPED) await sleep(1);
}

module.exports = { freeze };
