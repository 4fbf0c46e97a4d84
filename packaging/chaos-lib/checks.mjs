// What must hold at the end of a run, as functions of what was seen. Each gives sentences; none when all is well.
import { grouped } from './grouped.mjs';

// A JVM with a heap of 64 MB that begins at 12 grows its heap, its code cache and its classes for minutes before it is what it stays.
export const RSS_BOUND_MB = 30;
// Between two polls of the API a connection or a starting worker's descriptors may come and go; the least of many samples has none.
export const DESCRIPTOR_BOUND = 8;
const LEAST_SAMPLES = 8;

/** Compares the first and the last third of each of the agent's lives: the median of memory, the least of descriptors. */
export function growth(samples) {
  const lives = grouped(samples, ({ life }) => life);
  const wrong = [];
  const said = [];
  for (const [life, all] of lives) {
    const third = Math.floor(all.length / 3);
    if (third < LEAST_SAMPLES) continue;
    const [first, last] = [all.slice(0, third), all.slice(-third)];
    const rss = [first, last].map((part) => median(part.map(({ rssMb }) => rssMb)));
    const descriptors = [first, last].map((part) => Math.min(...part.map((sample) => sample.descriptors)));
    const seconds = Math.round((all.at(-1).at - all[0].at) / 1_000);
    said.push(`agent ${life}, ${seconds} s: ${rss[0].toFixed(0)} -> ${rss[1].toFixed(0)} MB resident, ${descriptors[0]} -> ${descriptors[1]} descriptors at the least`);
    if (rss[1] - rss[0] > RSS_BOUND_MB) wrong.push(`agent ${life} grew from ${rss[0].toFixed(0)} to ${rss[1].toFixed(0)} MB`);
    if (descriptors[1] - descriptors[0] > DESCRIPTOR_BOUND) wrong.push(`agent ${life} went from ${descriptors[0]} to ${descriptors[1]} descriptors`);
  }
  if (said.length === 0) wrong.push('no life of the agent was long enough to compare its beginning with its end');
  return { wrong, said };
}

/** At rest before and after, with the same workers, the agent has the same descriptors. */
export function descriptorsAtRest(before, after) {
  return after - before > DESCRIPTOR_BOUND ? [`at rest the agent had ${before} descriptors in the beginning and has ${after} in the end`] : [];
}

/** Processes that name the run and are neither the agent nor a worker that it tells of. */
export function orphans(processes, known) {
  const pids = new Set(known);
  // What a worker started is its own: the app's, not the agent's.
  for (let before = -1; before !== pids.size; ) {
    before = pids.size;
    for (const { pid, parent } of processes) if (pids.has(parent) && pid !== parent) pids.add(pid);
  }
  return processes.filter(({ pid }) => !pids.has(pid)).map(({ pid, state, command }) => `process ${pid} (${state}) belongs to nobody: ${command}`);
}

/** Workers that should have been replaced because of what was done to them, and are there still. */
export function survivors(open) {
  return open.filter(({ step }) => ['hang', 'stop-for-good', 'leak'].includes(step)).map(({ step, app, worker }) => `worker ${worker} of ${app} was never replaced after ${step}`);
}

/**
 * The agent's own errors from `since` on, unless they were said while the disk was full, and for a moment after; or say that no
 * worker accepts, while workers of that app were disabled.
 */
export function errors(log, ledger, since = 0, slackMs = 10_000) {
  const full = ledger.faults.filter(({ step }) => step === 'disk-full');
  const disabled = (app, at) => ledger.around(app, at - 60_000, at).some(({ mayLose }) => mayLose);
  return log
    .split('\n')
    .filter((line) => /^\S+ ERROR /.test(line))
    .filter((line) => {
      const at = Date.parse(line.slice(0, line.indexOf(' ')));
      if (at < since || full.some(({ from, to }) => at >= from && at <= (to ?? Infinity) + slackMs)) return false;
      const unavailable = /No worker accepts.*app=([\w-]+)/.exec(line);
      return !(unavailable && disabled(unavailable[1], at));
    })
    .map((line) => `the agent's log says: ${line}`);
}

/** The wanted release must be that of the last deployment that was successful. */
export function wantedIs(app, deployments) {
  const last = deployments.find(({ state }) => state === 'successful');
  if (!last) return [`${app.app} has no successful deployment`];
  return app.release === last.toRelease ? [] : [`${app.app} wants ${app.release}, but the last successful deployment, ${last.id}, was of ${last.toRelease}`];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
