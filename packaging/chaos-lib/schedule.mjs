// What will be done when: drawn from the seed before anything runs, so that the same seed does the same again.
import { Random } from './random.mjs';

/** How likely each step is. Steps that end others (resume, disk-free, agent-resume) follow from them. */
const WEIGHTS = {
  kill: 6,
  stop: 4,
  'stop-for-good': 2,
  hang: 2,
  leak: 1,
  'ignore-term': 2,
  'kill-all': 1,
  'agent-kill': 2,
  'agent-freeze': 2,
  'disk-full': 1,
  deploy: 5,
  'deploy-bad': 3,
  rollback: 1,
};

export const STEPS = Object.keys(WEIGHTS);
const QUIET_MS = 6_000; // At the beginning, so that the load has found everybody.
const CALM_MS = 10_000; // At the end, so that the last fault is answered within the run.

/**
 * The steps of a run in order of time: `{ at, step, app, slot, … }`, `at` in milliseconds from the start of the load.
 * `apps` are `{ name, instances, good, bad }` with the names of their releases; `without` lists steps not to draw.
 */
export function draw({ seed, minutes, apps, without = [] }) {
  const random = new Random(seed);
  const weights = Object.fromEntries(Object.entries(WEIGHTS).filter(([step]) => !without.includes(step)));
  const end = minutes * 60_000 - CALM_MS;
  const steps = [];
  let busyUntil = 0; // While the disk is full, or the agent stands still or starts: nothing else of that kind.
  for (let at = QUIET_MS; at < end; at += random.between(1_500, 5_000)) {
    const app = random.of(apps);
    const slot = random.between(0, app.instances - 1);
    const step = random.weighted(weights);
    const lasting = random.between(2_000, 8_000);
    const good = random.of(app.good);
    const bad = random.of(app.bad);
    const ofTheHost = step === 'disk-full' || step === 'kill-all' || step.startsWith('agent-');
    if (ofTheHost && at < busyUntil) continue;
    if (ofTheHost) busyUntil = at + lasting + 10_000;
    steps.push(...only(step, { at, app: app.name, slot, lasting, good, bad }));
  }
  return steps.sort((a, b) => a.at - b.at);
}

/** A step with what it needs and nothing more, and the one that ends it. */
function only(step, { at, app, slot, lasting, good, bad }) {
  switch (step) {
    case 'stop':
      return [{ at, step, app, slot }, { at: at + lasting, step: 'resume', app, slot }];
    case 'agent-kill':
      return [{ at, step, downMs: lasting >> 1 }];
    case 'agent-freeze':
      return [{ at, step }, { at: at + lasting, step: 'agent-resume' }];
    case 'disk-full':
      return [{ at, step }, { at: at + lasting, step: 'disk-free' }];
    case 'kill-all':
    case 'rollback':
      return [{ at, step, app }];
    case 'deploy':
      return [{ at, step, app, release: good }];
    case 'deploy-bad':
      return [{ at, step, app, release: bad }];
    default:
      return [{ at, step, app, slot }];
  }
}

/** A step as a line for people. */
export function line({ at, step, app, slot, release, downMs }) {
  const what = [step, app, slot === undefined ? null : `slot ${slot}`, release, downMs === undefined ? null : `for ${downMs} ms`];
  return `${(at / 1_000).toFixed(1).padStart(7)} s  ${what.filter(Boolean).join(' ')}`;
}
