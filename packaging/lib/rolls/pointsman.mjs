// pointsman, as a contender: nothing in front of it.
import { AgentProcess } from '../agent-process.mjs';
import { join } from 'node:path';
import { endAll } from './processes.mjs';

const LIMIT_MS = 180_000;

export class Pointsman {
  name = 'pointsman';

  constructor({ root, pointsman, port }) {
    Object.assign(this, { dir: root, port });
    this.agent = new AgentProcess(root, pointsman, { timeoutMs: 60_000 });
    this.staged = false;
  }

  get supervisor() {
    return this.agent.pid;
  }

  async start() {
    await this.agent.start();
    const { api } = this.agent;
    if (!this.staged) for (const release of ['r1', 'r2', 'r3']) await api.push('web', release, join(this.dir, 'bundles', release));
    this.staged = true;
    const { state } = await api.over(await api.deploy('web', 'r1', { force: true }), LIMIT_MS);
    if (state !== 'successful') throw new Error(`r1 ended ${state}`);
  }

  /** Rolls to a release; says how its own command would have ended. */
  async roll(release) {
    const { api } = this.agent;
    const { state } = await api.over(await api.deploy('web', release, { force: true }), LIMIT_MS);
    return `${state === 'successful' ? 'exit 0' : 'exit 2'}, ${state}`;
  }

  async stop() {
    await this.agent.end('SIGTERM').catch(() => {});
    await endAll(this.dir);
  }
}
