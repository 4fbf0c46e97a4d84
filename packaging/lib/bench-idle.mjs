#!/usr/bin/env node
// What the agent costs while nothing happens, beside PM2's daemon at the same time: four workers each, processor time over minutes,
// then resident memory after as many polls of the API as a monitor makes in a day.
//
//   bench-idle.mjs --root DIR --pointsman BIN --port N --pm2 PM2.js --releases DIR --minutes N --polls N --json FILE
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aligned } from '../load/lib/table.mjs';
import { stat, usage } from './proc.mjs';
import { Pm2 } from './rolls/pm2.mjs';
import { Pointsman } from './rolls/pointsman.mjs';
import { endAll, freePort } from './rolls/processes.mjs';
import { sleep } from './wait.mjs';

const SETTLE_MS = 20_000; // What a start leaves to do, a compiler's work for example, is not idling.
const AT_ONCE = 4;
const AIM_PERCENT = 0.2;
const AIM_MB = 80;

/** Percent of one core between two readings of processor time. */
export function percent(before, after, ms) {
  return (100 * (after - before)) / ms;
}

/** Asks the API so many times, a few at once; by how much resident memory has grown after each tenth. */
async function poll(contender, polls) {
  const paths = ['/v1/apps', '/v1/apps/web', '/metrics', '/healthz'];
  const sizes = [usage(contender.supervisor)];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    let left = Math.ceil(polls / 10);
    const asker = async () => {
      while ((left -= 1) >= 0) await contender.agent.api.ask('GET', paths[left % paths.length]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, asker));
    sizes.push(usage(contender.supervisor));
  }
  return sizes;
}

async function idle(contenders, minutes) {
  const reading = () => contenders.map(({ supervisor }) => stat(supervisor).cpuMs);
  const [before, began] = [reading(), performance.now()];
  await sleep(minutes * 60_000);
  const [after, ms] = [reading(), performance.now() - began];
  return contenders.map((contender, i) => ({ name: contender.name, cpuPercent: percent(before[i], after[i], ms), ...usage(contender.supervisor) }));
}

/** The table and the aims as lines. */
export function report({ environment, idle: idled, polled, polls }) {
  const rows = idled.map(({ name, cpuPercent, rssMb, descriptors }) => [name, cpuPercent.toFixed(3), rssMb.toFixed(0), descriptors, '']);
  const last = polled.at(-1);
  const ours = idled[0];
  const aim = (what, reached, measured) => `aim: ${what}: ${reached ? 'reached' : 'NOT reached'} (${measured})`;
  return [
    environment,
    '',
    ...aligned([['4 idle workers', 'CPU % of a core', 'VmRSS MB', 'descriptors', ''], ...rows]),
    '',
    `agent over ${polls} polls: ${polled.map(({ rssMb }) => rssMb.toFixed(0)).join(' ')} MB resident, ${polled[0].descriptors} -> ${last.descriptors} descriptors`,
    aim(`idle processor time under ${AIM_PERCENT} %`, ours.cpuPercent < AIM_PERCENT, `${ours.cpuPercent.toFixed(3)} %`),
    aim(`resident memory within ${AIM_MB} MB after a day's polls`, last.rssMb <= AIM_MB, `${last.rssMb.toFixed(0)} MB`),
  ];
}

async function main() {
  const { values } = parseArgs({ options: Object.fromEntries(['root', 'pointsman', 'port', 'pm2', 'releases', 'minutes', 'polls', 'json'].map((name) => [name, { type: 'string' }])) });
  const dir = join(values.root, 'peers/pm2');
  mkdirSync(join(dir, 'releases'), { recursive: true });
  cpSync(values.releases, join(dir, 'releases'), { recursive: true });
  const contenders = [
    new Pointsman({ root: values.root, pointsman: values.pointsman, port: Number(values.port) }),
    new Pm2({ dir, script: values.pm2, port: await freePort() }),
  ];
  try {
    const before = loadavg()[0].toFixed(1);
    for (const contender of contenders) await contender.start();
    await sleep(SETTLE_MS);
    const idled = await idle(contenders, Number(values.minutes));
    const polled = await poll(contenders[0], Number(values.polls));
    const environment = `${cpus().length} cores, load average ${before} before and ${loadavg()[0].toFixed(1)} after; Node ${process.version}; idle for ${values.minutes} minutes, both at the same time.`;
    const result = { environment, idle: idled, polled, polls: Number(values.polls) };
    writeFileSync(values.json, `${JSON.stringify(result)}\n`);
    console.log(report(result).join('\n'));
  } finally {
    await endAll(values.root);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
