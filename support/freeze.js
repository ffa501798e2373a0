'use strict';

const { readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

/** What `/proc` calls a process that stands still. */
const STOPPED = 'T';
const state = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];

/** Stops a process, and waits until it stands still; only on Linux. SIGCONT thaws it. */
async function freeze(pid) {
  process.kill(pid, 'SIGSTOP');
  while (state(pid) !== STOPPED) await sleep(1);
}

module.exports = { freeze };
