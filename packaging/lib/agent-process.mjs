// The agent under test as a child of this process, with one log for all its lives.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentApi } from './agent-api.mjs';
import { identity } from './proc.mjs';
import { until } from './wait.mjs';

const READY_LIMIT_MS = 90_000;
const END_LIMIT_MS = 60_000;

export class AgentProcess {
  /** `root` is that of packaging/lib/agent.sh; `launcher` the distribution's bin/pointsman. */
  constructor(root, launcher, { timeoutMs } = {}) {
    this.root = root;
    this.launcher = launcher;
    this.log = join(root, 'agent.log');
    this.api = new AgentApi(join(root, 'run/api.sock'), { timeoutMs });
    this.child = null;
  }

  get pid() {
    return this.child.pid;
  }

  /** How it ended: a signal's name or a code; null while it lives. */
  get ended() {
    return this.child.signalCode ?? this.child.exitCode;
  }

  /** Starts it; returns when it is ready, with the milliseconds that it took. */
  async start() {
    const log = openSync(this.log, 'a');
    const started = performance.now();
    // In a session of its own, so that a Ctrl-C at the terminal is this program's to handle.
    this.child = spawn(this.launcher, ['agent', '--config', join(this.root, 'etc/agent.toml')], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    writeFileSync(join(this.root, 'agent.pid'), String(this.pid)); // So that it is ended even if this program is.
    await until('the agent is ready', READY_LIMIT_MS, () => this.isReady(), { everyMs: 20, seen: () => this.lastLines() });
    this.identity = identity(this.pid);
    return performance.now() - started;
  }

  async isReady() {
    if (this.ended !== null) throw new Error(`the agent ended with ${this.ended} instead of starting:\n${this.lastLines()}`);
    try {
      await this.api.ask('GET', '/readyz', { timeoutMs: 2_000 });
      return true;
    } catch {
      return false;
    }
  }

  /** Ends it by `signal`; returns when it is gone. */
  async end(signal) {
    if (this.child === null || this.ended !== null) return;
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    await until('the agent ends', END_LIMIT_MS, () => this.ended !== null, { seen: () => this.lastLines() });
  }

  lastLines(count = 20) {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  }
}
