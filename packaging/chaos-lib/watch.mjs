// Looks at the agent all the time: what it says of its workers, and what it costs. Bounded: changes only, and the newest of them.
import { AgentAway, AgentRefused } from '../lib/agent-api.mjs';
import { identity, usage } from '../lib/proc.mjs';
import { now } from './ledger.mjs';

const POLL_MS = 300;
const MOST_CHANGES = 5_000;
const MOST_SAMPLES = 20_000;

export class Watch {
  constructor(agent) {
    this.agent = agent;
    this.apps = new Map(); // The newest of each app.
    this.changes = []; // { at, app, text, online }
    this.samples = []; // { at, life, rssMb, descriptors }
    this.shown = new Map();
  }

  /** Polls until `signal` aborts. */
  async run(signal) {
    let polls = 0;
    while (!signal.aborted) {
      await this.poll();
      if ((polls += 1) % 3 === 0) this.sample();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Looks once; nothing is changed where the agent is away. */
  async poll() {
    let apps;
    try {
      apps = await this.agent.api.apps();
    } catch (error) {
      if (error instanceof AgentAway || error instanceof AgentRefused) return;
      throw error;
    }
    for (const app of apps) this.see(app);
  }

  see(app, at = now()) {
    this.apps.set(app.app, app);
    const workers = app.workers.map(({ slot, state, pid, release }) => `${slot}:${state}(${pid ?? '-'} ${release})`).join(' ');
    const text = `${app.condition} ${app.release} ${workers}${app.deployment ? ` ${app.deployment.id} ${app.deployment.state}` : ''}`;
    if (this.shown.get(app.app) === text) return;
    this.shown.set(app.app, text);
    const online = app.workers.filter(({ state, pid }) => state === 'online' && pid).map(({ pid }) => identity(pid) ?? `${pid}.gone`);
    this.changes.push({ at, app: app.app, text, online });
    if (this.changes.length > MOST_CHANGES) this.changes.shift();
  }

  sample(at = now()) {
    const { pid } = this.agent;
    const used = identity(pid) === this.agent.identity ? usage(pid) : null; // Not of one that starts, nor of one that dies.
    if (used?.rssMb && this.samples.length < MOST_SAMPLES) this.samples.push({ at, life: this.agent.identity, ...used });
  }

  /** The workers that were last seen online before `at`, at the last time that there were any. */
  onlineBefore(app, at) {
    return this.changes.findLast((change) => change.app === app && change.at <= at && change.online.length > 0)?.online ?? [];
  }

  /** The online worker of a slot, as it was last seen: identity and private directory's name; null where there is none. */
  worker(app, slot) {
    const found = this.apps.get(app)?.workers.find((worker) => worker.slot === slot && worker.state === 'online' && worker.pid);
    const who = found && identity(found.pid);
    return who ? { worker: who, pid: found.pid, incarnation: found.incarnation, release: found.release } : null;
  }

  /** Why an app is not as it should be when all is quiet; null when it is. */
  unsettled(name) {
    const app = this.apps.get(name);
    if (!app) return `${name} was never seen`;
    if (app.condition !== 'healthy') return `${name} is ${app.condition}`;
    if (app.deployment && ['pending', 'running', 'reverting'].includes(app.deployment.state)) return `${app.deployment.id} is ${app.deployment.state}`;
    const other = app.workers.find(({ state, release }) => state !== 'online' || release !== app.release);
    if (other) return `slot ${other.slot} of ${name} is ${other.state} with ${other.release}, where ${app.release} is wanted`;
    return app.workers.length === app.instances ? null : `${name} has ${app.workers.length} workers, not ${app.instances}`;
  }
}
