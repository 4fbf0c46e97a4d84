// The faults themselves. Each is noted in the ledger before it can have an effect, and a worker's connections are counted while it
// stands still, so that what it loses can be told from what anybody else loses.
import { request } from 'node:http';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clientPorts, isStopped, lives, pidOf, signal } from '../lib/proc.mjs';
import { sleep, until } from '../lib/wait.mjs';

const STAND_STILL_LIMIT_MS = 10_000;
const LEAKED_MB = 120;
const AFTERMATH_MS = 5_000; // After SIGCONT what had piled up is worked off; only then a worker counts as able again.
const MOST_FILLER_BYTES = 1_024 * 1_024 * 1_024;

/** The connections of an app's port that a standing worker holds. */
export class Faults {
  /** `run` has agent, watch, ledger, journals, say(line), ports (by app), disk (a folder to fill, or null). */
  constructor(run) {
    this.run = run;
    this.stopped = new Map(); // "app slot" to the fault that stopped its worker.
  }

  /** Does one step; a word for the story of what came of it. */
  async inject(step) {
    const act = ACTS[step.step];
    return act ? act(this, step) : `unknown step ${step.step}`;
  }

  /** The worker to hit; null, with the reason said, when hitting it would leave its app without any able one. */
  target({ app, slot }) {
    const found = this.run.watch.worker(app, slot);
    if (!found || !lives(found.worker)) return { skipped: 'skipped: no worker is online there' };
    if (this.disabled(found.worker)) return { skipped: 'skipped: that worker is disabled already' };
    const able = this.run.watch.apps.get(app).workers.filter(({ state, pid }) => state === 'online' && pid && !this.disabledPid(pid));
    return able.length > 1 ? found : { skipped: 'skipped: it is the last able worker' };
  }

  disabled(worker) {
    return this.run.ledger.open.some((fault) => fault.worker === worker && fault.mayLose);
  }

  disabledPid(pid) {
    return this.run.ledger.open.some((fault) => fault.mayLose && fault.worker !== null && pidOf(fault.worker) === pid);
  }

  /** Stops a worker and counts what it holds. */
  async halt(step, app, { worker, pid }) {
    const { ledger, ports } = this.run;
    const fault = ledger.begin({ step, app, worker });
    signal(worker, 'SIGSTOP');
    await until(`${worker} stands still`, STAND_STILL_LIMIT_MS, () => isStopped(pid) || !lives(worker), { everyMs: 2 });
    ledger.held(fault, clientPorts(pid, ports[app]));
    return fault;
  }

  async kill(step, app, found) {
    const fault = await this.halt(step, app, found);
    signal(found.worker, 'SIGKILL');
    return `${found.worker} (${found.release}) with ${fault.ports.length} connections`;
  }

  /** Asks a worker over its private socket; resolves when it has answered, or when the connection ends. */
  ask(app, { incarnation }, path) {
    const socketPath = join(this.run.agent.root, 'run', app, incarnation, 'app.sock');
    return new Promise((resolve) => {
      const asked = request({ socketPath, path, agent: false, timeout: STAND_STILL_LIMIT_MS }, (response) => response.resume().on('close', resolve));
      asked.on('error', resolve).on('timeout', () => asked.destroy()).end();
    });
  }

  /** Ends the windows of faults whose worker is dead, or has been going on for a while. To be called often. */
  tick() {
    const { ledger, watch } = this.run;
    for (const fault of ledger.open) {
      if (fault.worker === null) continue;
      const goesOn = fault.resumedAt && performance.now() - fault.resumedAt > AFTERMATH_MS;
      const online = goesOn && watch.apps.get(fault.app)?.workers.some(({ state, pid }) => state === 'online' && pid === pidOf(fault.worker));
      if (online || !lives(fault.worker)) ledger.end(fault);
    }
  }
}

async function onWorker(faults, step, hit) {
  const found = faults.target(step);
  return found.skipped ?? hit(found);
}

async function hang(faults, { step, app }, found) {
  const { ledger, journals, ports } = faults.run;
  const fault = ledger.begin({ step, app, worker: found.worker });
  void faults.ask(app, found, '/chaos/hang');
  await until(`${found.worker} hangs`, STAND_STILL_LIMIT_MS, () => journals.hangs(app, found.worker) || !lives(found.worker));
  ledger.held(fault, clientPorts(found.pid, ports[app]));
  return `${found.worker} (${found.release}) with ${fault.ports.length} connections`;
}

/** A fault that must not cost a single request. */
async function harmless(faults, { step, app }, found, path) {
  faults.run.ledger.begin({ step, app, worker: found.worker });
  await faults.ask(app, found, path);
  return `${found.worker} (${found.release})`;
}

function fill(folder) {
  const piece = Buffer.alloc(64 * 1_024, 1);
  const file = openSync(join(folder, 'filler'), 'w');
  let bytes = 0;
  try {
    for (let size = piece.length; size >= 1 && bytes < MOST_FILLER_BYTES; ) {
      try {
        bytes += writeSync(file, piece, 0, size);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

const ACTS = {
  kill: (faults, step) => onWorker(faults, step, (found) => faults.kill('kill', step.app, found)),
  stop: (faults, step) =>
    onWorker(faults, step, async (found) => {
      const fault = await faults.halt('stop', step.app, found);
      faults.stopped.set(`${step.app} ${step.slot}`, fault);
      return `${found.worker} (${found.release}) with ${fault.ports.length} connections`;
    }),
  resume: (faults, { app, slot }) => {
    const fault = faults.stopped.get(`${app} ${slot}`);
    faults.stopped.delete(`${app} ${slot}`);
    if (!fault) return 'skipped: it was not stopped';
    fault.resumedAt = performance.now();
    return signal(fault.worker, 'SIGCONT') ? fault.worker : `${fault.worker} is gone already`;
  },
  'stop-for-good': (faults, step) =>
    onWorker(faults, step, async (found) => {
      const fault = await faults.halt('stop-for-good', step.app, found);
      return `${found.worker} (${found.release}) with ${fault.ports.length} connections`;
    }),
  hang: (faults, step) => onWorker(faults, step, (found) => hang(faults, step, found)),
  leak: (faults, step) => onWorker(faults, step, (found) => harmless(faults, step, found, `/chaos/leak?mb=${LEAKED_MB}`)),
  'ignore-term': (faults, step) => onWorker(faults, step, (found) => harmless(faults, step, found, '/chaos/ignore-term')),
  'kill-all': async (faults, { app }) => {
    const { watch } = faults.run;
    const all = (watch.apps.get(app)?.workers ?? []).map(({ slot }) => watch.worker(app, slot)).filter((found) => found && lives(found.worker));
    const unique = [...new Map(all.map((found) => [found.worker, found])).values()];
    return (await Promise.all(unique.map((found) => faults.kill('kill-all', app, found)))).join(', ');
  },
  'agent-kill': async (faults, { downMs }) => {
    const { agent, ledger, say } = faults.run;
    const fault = ledger.begin({ step: 'agent-kill' });
    await agent.end('SIGKILL');
    await sleep(downMs);
    const ms = await agent.start();
    ledger.end(fault);
    say(`the agent is back, ready in ${Math.round(ms)} ms as ${agent.identity}`);
    return agent.identity;
  },
  'agent-freeze': (faults) => {
    const { agent, ledger } = faults.run;
    faults.frozen = ledger.begin({ step: 'agent-freeze' });
    signal(agent.identity, 'SIGSTOP');
    return agent.identity;
  },
  'agent-resume': (faults) => {
    const { agent, ledger } = faults.run;
    signal(agent.identity, 'SIGCONT');
    if (faults.frozen) ledger.end(faults.frozen);
    return agent.identity;
  },
  'disk-full': (faults) => {
    const { disk, ledger } = faults.run;
    faults.full = ledger.begin({ step: 'disk-full' });
    return `${fill(disk)} bytes written to ${disk}`;
  },
  'disk-free': (faults) => {
    const { disk, ledger } = faults.run;
    rmSync(join(disk, 'filler'), { force: true });
    if (faults.full) ledger.end(faults.full);
    return disk;
  },
};
