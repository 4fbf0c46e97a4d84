'use strict';
// DIR/ctl.sock. The worker is the server, so an agent that was restarted just connects again. Worker to agent: one JSON
// object per line. Agent to worker: `accept`, `drain LIMIT_MS LONG_LIVED_MS`, `status`, `handover SOCKET_PATH`, `shutdown`.

const fs = require('node:fs');

const AGENTS_AT_ONCE = 4;
const LONGEST_LINE = 4096;
const UNREAD_BYTES = 256 * 1024; // An agent that stopped reading is cut off; it connects again and gets the state of then.

class Control {
  #agents = new Set();
  #onCommand;
  #greeting;

  /** `onCommand(verb, words)` acts; `greeting()` is the line that a newly connected agent gets. */
  constructor(onCommand, greeting) {
    this.#onCommand = onCommand;
    this.#greeting = greeting;
  }

  /** `listen` is the unpatched net.Server.prototype.listen. */
  serve(path, listen, onError) {
    const server = require('node:net').createServer((agent) => this.#welcome(agent));
    server.maxConnections = AGENTS_AT_ONCE;
    server.on('error', onError);
    listen.call(server, { path });
    if (server.listening) fs.chmodSync(path, 0o600); // The directory is private already; this is the second lock.
    server.unref(); // The worker lives as long as the app wants, not as long as the agent listens.
  }

  send(line) {
    for (const agent of this.#agents) {
      if (agent.writableLength > UNREAD_BYTES) agent.destroy();
      else agent.write(line);
    }
  }

  #welcome(agent) {
    this.#agents.add(agent);
    agent.unref();
    agent.setEncoding('utf8');
    agent.on('error', () => agent.destroy()); // The agent went away; it comes back by itself.
    agent.on('close', () => this.#agents.delete(agent));
    let unfinished = '';
    agent.on('data', (text) => {
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop();
      if (unfinished.length > LONGEST_LINE) agent.destroy();
      for (const line of lines) this.#obey(line.trim());
    });
    agent.write(this.#greeting());
  }

  #obey(line) {
    const [verb, ...words] = line.split(' ');
    if (verb) this.#onCommand(verb, words);
  }
}

module.exports = { Control };
