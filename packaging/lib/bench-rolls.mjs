#!/usr/bin/env node
// The same app, the same client, one contender after the other: a roll to a good release, a roll to one that crashes at its start, and
// the supervisor killed. Prints a table; everything measured is in FILE.
//
//   bench-rolls.mjs --root DIR --pointsman BIN --port N --pm2 PM2.js --releases DIR --rate N --rounds N --json FILE
import { setMaxListeners } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runLoad, settings } from '../load/load.mjs';
import { aligned } from '../load/lib/table.mjs';
import { Histogram, Tally } from '../load/lib/tally.mjs';
import { spread } from './footprint.mjs';
import { Haproxy } from './rolls/haproxy.mjs';
import { loadPages } from './rolls/pages.mjs';
import { Pm2, Pm2BehindNginx } from './rolls/pm2.mjs';
import { Pointsman } from './rolls/pointsman.mjs';
import { endAll, freePort, memory } from './rolls/processes.mjs';
import { identity, signal } from './proc.mjs';
import { sleep } from './wait.mjs';

const BEFORE_MS = 5_000;
const AFTER_MS = 8_000;
const TAIL_MS = 2_000;
const QUICK = new Set(['new', 'keepalive']);
const LONG_LIVED = ['sse', 'ws'];

/** Counts, with the latencies of quick requests apart for each phase. */
class PhasedTally extends Tally {
  phase = 'before';
  latencies = {};
  tail = null;

  succeeded(kind, ms, release) {
    super.succeeded(kind, ms, release);
    if (QUICK.has(kind)) (this.latencies[this.phase] ??= new Histogram()).add(ms);
    if (this.tail) this.tail.ok += 1;
  }

  failedWith(...args) {
    super.failedWith(...args);
    if (this.tail) this.tail.failed += 1;
  }
}

/** Load on a contender while `act()` does something to it; what came of it. */
async function under(contender, { rate }, act) {
  const tally = new PhasedTally();
  const pages = { loaded: 0, broken: 0, failed: 0 };
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const options = settings(['--url', `http://127.0.0.1:${contender.port}`, '--rate', String(rate), '--sse', '10', '--ws', '20', '--timeout', '10s', '--max-duration', '20m']);
  const load = Promise.all([runLoad(options, stop.signal, tally), loadPages({ ...options, signal: stop.signal }, pages)]);
  await sleep(BEFORE_MS);
  const idle = memory(contender.dir, contender.supervisor);
  const peak = { pssMb: 0 };
  const sampling = setInterval(() => (peak.pssMb = Math.max(peak.pssMb, memory(contender.dir, null).pssMb)), 500);
  tally.phase = 'roll';
  const failedBefore = tally.failed;
  const began = performance.now();
  const said = await act();
  const ms = performance.now() - began;
  await sleep(AFTER_MS - TAIL_MS);
  clearInterval(sampling);
  tally.tail = { ok: 0, failed: 0 };
  await sleep(TAIL_MS);
  stop.abort();
  const [report] = await load;
  const p99 = Object.fromEntries(Object.entries(tally.latencies).map(([phase, histogram]) => [phase, histogram.quantile(0.99)]));
  return { said, ms, report, pages, p99, idle, peakPssMb: peak.pssMb, failedBefore, tail: tally.tail };
}

/** All three acts of one contender, each from a fresh start. */
async function measure(contender, options) {
  const acts = {
    roll: () => contender.roll('r2'),
    bad: () => contender.roll('r3'),
    death: async () => `${signal(identity(contender.supervisor), 'SIGKILL') ? 'killed' : 'was gone'}`,
  };
  const measured = {};
  for (const [name, act] of Object.entries(acts)) {
    try {
      await contender.start();
      measured[name] = await under(contender, options, act);
    } finally {
      await contender.stop();
    }
  }
  return measured;
}

/** Requests that failed, apart from what is long-lived, by kind. */
export function lost({ kinds }) {
  const words = {};
  for (const [, { failures }] of Object.entries(kinds).filter(([name]) => !LONG_LIVED.includes(name))) {
    for (const [word, times] of Object.entries(failures)) words[word] = (words[word] ?? 0) + times;
  }
  return { count: Object.values(words).reduce((a, b) => a + b, 0), words };
}

/** Long-lived connections of a kind: ended by the server in order, and cut or lost. */
export function longLived({ kinds }, kind) {
  const notes = Object.entries(kinds[kind]?.notes ?? {});
  const inOrder = notes.filter(([note]) => note.includes('server')).reduce((sum, [, times]) => sum + times, 0);
  return { inOrder, cut: kinds[kind]?.failed ?? 0 };
}

/** How long answers of both releases came side by side, in seconds. */
export function mixed({ releases }) {
  return releases.r1 && releases.r2 ? Math.max(0, releases.r1.lastMs - releases.r2.firstMs) / 1_000 : 0;
}

/** One row per contender. */
export function rows(results) {
  const middle = (values, digits = 0) => spread(values).median.toFixed(digits);
  const rolled = results.map(([name, rounds]) => {
    const of = (read, digits) => middle(rounds.map(({ roll }) => read(roll)), digits);
    const ends = (kind) => `${of((roll) => longLived(roll.report, kind).cut)} / ${of((roll) => longLived(roll.report, kind).inOrder)}`;
    const words = {};
    for (const { roll } of rounds) for (const [word, times] of Object.entries(lost(roll.report).words)) words[word] = (words[word] ?? 0) + times;
    return [
      name,
      of((roll) => lost(roll.report).count),
      ends('ws'),
      ends('sse'),
      `${of((roll) => roll.pages.broken)} of ${of((roll) => roll.pages.loaded)}`,
      `${of((roll) => roll.p99.roll ?? 0, 1)} / ${of((roll) => roll.p99.before ?? 0, 1)}`,
      of((roll) => roll.report.longestGapMs),
      of((roll) => mixed(roll.report), 1),
      of((roll) => roll.ms / 1_000, 1),
      `${of((roll) => roll.idle.supervisorMb)}`,
      `${of((roll) => roll.idle.pssMb)} / ${of((roll) => roll.peakPssMb)}`,
      Object.entries(words).map(([word, times]) => `${word} ${times}`).join(', ') || 'none',
    ];
  });
  const acts = results.flatMap(([name, rounds]) =>
    ['bad', 'death'].map((act) => {
      const all = rounds.map((round) => round[act]);
      const tail = all.map(({ tail: { ok, failed } }) => (ok + failed === 0 ? 100 : (100 * failed) / (ok + failed)));
      const cut = all.map(({ report }) => longLived(report, 'ws').cut + longLived(report, 'sse').cut);
      return [name, act === 'bad' ? 'release crashes at start' : 'supervisor killed', all[0].said, middle(all.map(({ report }) => lost(report).count)), middle(cut), `${middle(tail)} %`, ''];
    }),
  );
  return [
    ...aligned([['a roll of 4 workers', 'lost', 'ws cut/ended', 'sse cut/ended', 'pages broken', 'p99 ms in/out', 'gap ms', 'mixed s', 'roll s', 'supervisor MB', 'all PSS MB idle/peak', 'lost, all rounds'], ...rolled]),
    '',
    ...aligned([['what goes wrong', 'case', 'says', 'lost', 'ws+sse cut', 'failing 6 s later', ''], ...acts]),
  ];
}

function prepare(releases, dir) {
  mkdirSync(join(dir, 'releases'), { recursive: true });
  cpSync(releases, join(dir, 'releases'), { recursive: true });
  return dir;
}

async function main() {
  const { values } = parseArgs({ options: Object.fromEntries(['root', 'pointsman', 'port', 'pm2', 'releases', 'rate', 'rounds', 'only', 'json'].map((name) => [name, { type: 'string' }])) });
  const dirs = Object.fromEntries(['pm2', 'nginx', 'haproxy'].map((name) => [name, prepare(values.releases, join(values.root, 'peers', name))]));
  const contenders = [
    new Pointsman({ root: values.root, pointsman: values.pointsman, port: Number(values.port) }),
    new Pm2({ dir: dirs.pm2, script: values.pm2, port: await freePort() }),
    new Pm2BehindNginx({ dir: dirs.nginx, script: values.pm2, port: await freePort(), ownPort: await freePort() }),
    new Haproxy({ dir: dirs.haproxy, port: await freePort() }),
  ];
  const before = loadavg()[0].toFixed(1);
  const results = new Map(contenders.map(({ name }) => [name, []]));
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const contender of contenders) {
        results.get(contender.name).push(await measure(contender, { rate: Number(values.rate) }));
        console.error(`round ${round}: ${contender.name} is measured`);
      }
    }
  } finally {
    await endAll(values.root);
  }
  const environment = `${cpus().length} cores, load average ${before} before and ${loadavg()[0].toFixed(1)} after; Node ${process.version}; about ${values.rate} requests a second, 20 WebSockets, 10 event streams, 4 pages a second; medians of ${values.rounds} rounds, in turn.`;
  writeFileSync(values.json, `${JSON.stringify({ environment, results: [...results] })}\n`);
  console.log([environment, '', ...rows([...results])].join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
