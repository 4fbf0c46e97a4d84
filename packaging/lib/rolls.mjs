#!/usr/bin/env node
// Rolls an app from release to release under mixed load until there were enough rolls and enough requests. Not one request may
// fail, every deployment must succeed, and what is long-lived must be ended in order. Exit status: 0 when all of that holds.
//
//   rolls.mjs --root DIR --pointsman BIN --app NAME --port N --releases A,B --rolls N --requests N --rate N --limit MINUTES --json FILE
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runLoad, settings } from '../load/load.mjs';
import { Tally } from '../load/lib/tally.mjs';
import { table } from '../load/lib/table.mjs';
import { AgentProcess } from './agent-process.mjs';
import { spread } from './footprint.mjs';
import { usage } from './proc.mjs';
import { sleep } from './wait.mjs';

const ROLL_LIMIT_MS = 1_800_000;
const API_LIMIT_MS = 120_000;
const REQUEST_LIMIT = '300s'; // Far beyond what is slow: only what never comes is lost.
const STREAMS = 20;
const SOCKETS = 20;
const IN_ORDER = /^(ended by server|stopped by client|closed by server \((1001|1012)\))$/;

/** What is wrong with a run; an empty list when nothing is. */
export function verdict({ report, rolls, wanted, requests }) {
  const wrong = [];
  if (report.failed > 0) wrong.push(`${report.failed} requests failed: ${JSON.stringify(report.failures)}`);
  if (report.requests < requests) wrong.push(`${report.requests} requests, not ${requests}`);
  if (rolls.length < wanted) wrong.push(`${rolls.length} rolls, not ${wanted}`);
  for (const { id, state } of rolls.filter((roll) => roll.state !== 'successful')) wrong.push(`${id} ended ${state}`);
  for (const kind of ['sse', 'ws']) {
    const notes = Object.entries(report.kinds[kind]?.notes ?? {});
    for (const [note, times] of notes.filter(([note]) => !IN_ORDER.test(note))) wrong.push(`${kind}: ${note}, ${times} times`);
    if (!notes.some(([note]) => note.includes('server'))) wrong.push(`${kind}: not one was ended by a roll, which proves nothing`);
  }
  return wrong;
}

async function rollOn({ agent, app, releases, rolls: wanted, requests, limitMs, stop }, tally, rolls) {
  const end = performance.now() + limitMs;
  while ((rolls.length < wanted || tally.requests < requests) && performance.now() < end && !stop.aborted) {
    const started = performance.now();
    const id = await agent.api.deploy(app, releases[(rolls.length + 1) % 2], { force: true });
    const { state, failure } = await agent.api.over(id, ROLL_LIMIT_MS);
    rolls.push({ id, state, ms: performance.now() - started, ...usage(agent.pid), failed: tally.failed });
    if (rolls.length % 10 === 0) console.log(`${new Date().toISOString()} ${rolls.length} rolls, ${tally.requests} requests, ${tally.failed} failed, agent ${rolls.at(-1).rssMb.toFixed(0)} MB`);
    if (state !== 'successful') throw new Error(`${id} ended ${state}: ${JSON.stringify(failure)}`);
  }
}

/** The run as lines. */
export function summary({ report, rolls, seconds, before, after, wrong }) {
  const ms = spread(rolls.map((roll) => roll.ms));
  const third = Math.max(1, Math.floor(rolls.length / 3));
  const median = (name, part) => spread(part.map((roll) => roll[name])).median.toFixed(0);
  return [
    table(report),
    `${rolls.length} rolls in ${Math.round(seconds)} s: ${(ms.median / 1_000).toFixed(1)} s each (${(ms.least / 1_000).toFixed(1)} to ${(ms.most / 1_000).toFixed(1)})`,
    `agent, first and last third: ${median('rssMb', rolls.slice(0, third))} and ${median('rssMb', rolls.slice(-third))} MB resident, ` +
      `${median('descriptors', rolls.slice(0, third))} and ${median('descriptors', rolls.slice(-third))} descriptors`,
    `load average ${before} before, ${after} after`,
    ...wrong.map((line) => `WRONG: ${line}`),
    wrong.length === 0 ? `rolls: all is well: ${report.requests} requests, none failed` : `rolls: FAILED`,
  ].join('\n');
}

async function main() {
  const names = ['root', 'pointsman', 'app', 'port', 'releases', 'rolls', 'requests', 'rate', 'limit', 'json'];
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
  const agent = new AgentProcess(values.root, values.pointsman, { timeoutMs: API_LIMIT_MS });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => stop.abort());
  const options = { agent, app: values.app, releases: values.releases.split(','), rolls: Number(values.rolls), requests: Number(values.requests), limitMs: Number(values.limit) * 60_000, stop: stop.signal };
  const before = loadavg()[0].toFixed(1);
  const started = performance.now();
  const rolls = [];
  await agent.start();
  try {
    for (const release of options.releases) await agent.api.push(options.app, release, join(values.root, 'bundles', release));
    const first = await agent.api.over(await agent.api.deploy(options.app, options.releases[0]), ROLL_LIMIT_MS);
    if (first.state !== 'successful') throw new Error(`the first deployment ended ${first.state}: ${JSON.stringify(first.failure)}`);
    const tally = new Tally({ onFailure: (failure) => console.log(`FAILED ${JSON.stringify(failure)}`) });
    const endLoad = new AbortController();
    const load = runLoad(settings(['--url', `http://127.0.0.1:${values.port}`, '--rate', values.rate, '--sse', String(STREAMS), '--ws', String(SOCKETS), '--timeout', REQUEST_LIMIT, '--max-duration', '600m']), endLoad.signal, tally);
    let fault = null;
    await sleep(1_000);
    await rollOn(options, tally, rolls).catch((error) => (fault = error));
    endLoad.abort();
    const report = await load;
    const wrong = [...verdict({ report, rolls, wanted: options.rolls, requests: options.requests }), ...(fault ? [fault.message] : [])];
    const result = { report, rolls, wrong, seconds: (performance.now() - started) / 1_000, before, after: loadavg()[0].toFixed(1) };
    writeFileSync(values.json, `${JSON.stringify(result)}\n`);
    console.log(rolls.length > 0 ? summary(result) : wrong.join('\n'));
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await agent.end('SIGTERM');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
