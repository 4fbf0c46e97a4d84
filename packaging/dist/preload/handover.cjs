'use strict';
// Gives the listening sockets back to an agent that lost them in a restart. Node cannot send descriptors, so the agent says
// in POINTSMAN_HANDOVER which program can: it inherits them as descriptor 3 and up and gets the datagram path as last word.

const HANDOVER_LIMIT_MS = 30_000;
const AT_ONCE = 3; // An agent that gave up waiting, or was restarted, may ask again.

class Handover {
  #command;
  #status;
  #running = 0;

  constructor(command, status) {
    this.#command = command;
    this.#status = status;
  }

  give(descriptors, socketPath) {
    const refusal = this.#refusal(descriptors, socketPath);
    if (refusal) return this.#status.fault(`cannot hand the listening socket over: ${refusal}`);
    this.#running++;
    const [program, ...words] = this.#command;
    const child = require('node:child_process').spawn(program, [...words, socketPath], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'inherit', ...descriptors],
      timeout: HANDOVER_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => this.#ended(`cannot start ${program}: ${error.message}`));
    child.once('exit', (code, signal) => this.#ended(code === 0 ? null : `${program} ended with ${signal ?? code}`));
    child.unref();
    return undefined;
  }

  #refusal(descriptors, socketPath) {
    if (!this.#command) return 'the worker was started without POINTSMAN_HANDOVER';
    if (!socketPath) return 'no socket path was given';
    if (this.#running >= AT_ONCE) return `${AT_ONCE} earlier ones have not ended`;
    if (descriptors.some((descriptor) => descriptor === null)) return 'this worker has drained and closed it';
    return null;
  }

  #ended(problem) {
    this.#running--;
    if (problem) this.#status.fault(`the hand-over of the listening socket failed: ${problem}`);
  }
}

module.exports = { Handover };
