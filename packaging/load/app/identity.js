'use strict';
// What this process is called in its answers: the pid, and when it was started, because pids are used again.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Field 22 of /proc/PID/stat, in clock ticks since the machine started. */
function startTicks() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** The release that lies beside this file, which is not what a manager believes that it started. */
function release() {
  try {
    return readFileSync(join(__dirname, 'RELEASE'), 'utf8').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return process.env.RELEASE_ID ?? 'development';
  }
}

module.exports = { WORKER: `${process.pid}.${startTicks()}`, RELEASE: release() };
