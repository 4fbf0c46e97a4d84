#!/usr/bin/env node
// Measures what the agent costs, beside PM2's daemon, in one run: time to ready, resident memory, time of one command.
//
//   footprint.mjs --root DIR --runs N --cached POINTSMAN --plain POINTSMAN --pm2 PM2.js --app SERVER.js --polls N --json FILE
//
// DIR is the root of packaging/lib/agent.sh, with an app "web" that no agent runs yet and its bundles r1 and r2. `cached` and
// `plain` are launchers of distributions with and without the start-up cache. Runs of what is compared alternate, because
// the machine's other load changes with time. Prints tables; everything measured is in FILE.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { loadavg, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { aligned } from '../load/lib/table.mjs';

const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
const SETTLE_MS = 2_000;
const MS_PER_TICK = 10; // CLK_TCK is 100 on every Linux of today.
const AIM_MB = 80;
const AIM_MS = 500;

// ---------------------------------------------------------------- what is read off a process

/** The middle of `values`, their least and greatest. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1) };
}

/** MB (of 1024 * 1024 bytes) that `name` of /proc/PID/status or smaps_rollup tells. */
export function megabytes(text, name) {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
  if (!match) throw new Error(`no ${name} in ${text.slice(0, 80)}`);
  return Number(match[1]) / 1024;
}

/** User and system time in ms that /proc/PID/stat tells. */
export function cpuMs(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function memory(pid) {
  return {
    rssMb: megabytes(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS'),
    pssMb: megabytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss'),
  };
}

// ---------------------------------------------------------------- running things

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition, limitMs, what) {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await sleep(2);
  }
}

/** The status of one GET over a unix socket; 0 where nobody answers. */
function get(socketPath, path) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, agent: false, timeout: 10_000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode)).on('error', () => resolve(0));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(0)).end();
  });
}

/** Runs a command to its end, which must be 0; how long it took, and its output. */
async function run(command, args, env = {}) {
  const started = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${output}`);
  return { ms: performance.now() - started, output };
}

/** An agent from exec to ready, as an observer at its socket sees it. */
async function startAgent(launcher, root) {
  const log = openSync(join(root, 'agent.log'), 'a');
  const started = performance.now();
  const child = spawn(launcher, ['agent', '--config', join(root, 'etc/agent.toml')], { stdio: ['ignore', log, log] });
  closeSync(log);
  writeFileSync(join(root, 'agent.pid'), String(child.pid)); // So that it is ended even if this process is.
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode} instead of starting: ${readFileSync(join(root, 'agent.log'), 'utf8').slice(-2_000)}`);
      return (await get(join(root, 'run/api.sock'), '/readyz')) === 200;
    },
    READY_LIMIT_MS,
    'the agent is ready',
  );
  return { child, ms: performance.now() - started, cpu: cpuMs(readFileSync(`/proc/${child.pid}/stat`, 'utf8')) };
}

async function end(child) {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, sleep(END_LIMIT_MS).then(() => Promise.reject(new Error('the agent does not end')))]);
}

// ---------------------------------------------------------------- what is measured

/** One start of an agent without apps, and its memory some seconds later. */
async function idleAgent(launcher, root) {
  const { child, ms, cpu } = await startAgent(launcher, root);
  await sleep(SETTLE_MS);
  const sample = { ms, cpu, ...memory(child.pid) };
  await end(child);
  return sample;
}

class Pm2 {
  constructor(script, home) {
    this.script = script;
    this.home = home;
    this.env = { HOME: home, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: 'true' };
    mkdirSync(home, { recursive: true });
  }

  run(...args) {
    return run(process.execPath, [this.script, ...args], this.env);
  }

  get pid() {
    return Number(readFileSync(join(this.home, 'pm2.pid'), 'utf8'));
  }

  /** One start of the daemon, by the command that waits for its answer. */
  async idle() {
    const { ms } = await this.run('ping');
    const pid = this.pid;
    const cpu = cpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    await sleep(SETTLE_MS);
    const sample = { ms, cpu, ...memory(pid) };
    await this.run('kill');
    return sample;
  }
}

/** Runs each measurement once for warming up and then `runs` times, in turn; the samples by name. */
async function alternate(runs, measurements) {
  const samples = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let i = 0; i <= runs; i += 1) {
    for (const [name, measure] of Object.entries(measurements)) {
      const sample = await measure();
      if (i > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/** The agent and PM2 with four workers each: after a start, a roll, and `polls` polls of one a second. */
async function withWorkers({ root, cached, plain, app, runs, polls }, pm2) {
  const socket = join(root, 'run/api.sock');
  const hostFile = join(root, 'etc/apps.d/web.toml');
  renameSync(join(root, 'etc/web.toml'), hostFile);
  const { child } = await startAgent(cached, root);
  const afterStart = memory(child.pid);
  for (const release of ['r1', 'r2']) await run(cached, ['push', '--deploy', '--wait', '--timeout', '3m', join(root, 'bundles', release)]);
  await pm2.run('start', app, '-i', '4', '--name', 'web');
  await pm2.run('reload', 'web');
  const afterRoll = { agent: memory(child.pid), pm2: memory(pm2.pid) };
  const before = { agent: cpuMs(stat(child.pid)), pm2: cpuMs(stat(pm2.pid)) };
  const began = performance.now();
  for (let i = 0; i < polls; i += 1) {
    if ((await get(socket, '/v1/apps')) !== 200) throw new Error('the agent does not answer GET /v1/apps');
    await sleep(Math.max(0, began + (i + 1) * 1_000 - performance.now()));
  }
  const polled = {
    agent: { ...memory(child.pid), cpuPerSecond: (cpuMs(stat(child.pid)) - before.agent) / polls },
    pm2: { ...memory(pm2.pid), cpuPerSecond: (cpuMs(stat(pm2.pid)) - before.pm2) / polls },
  };
  const commands = await alternate(runs, {
    cached: () => run(cached, ['status']),
    plain: () => run(plain, ['status']),
    pm2: () => pm2.run('ls'),
  });
  await pm2.run('kill');
  await end(child);
  const restarted = await restarts(cached, root, runs);
  return { afterStart, afterRoll, polled, commands, restarted };
}

const stat = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8');

/** Starts of an agent that finds four workers serving and takes them over. */
async function restarts(launcher, root, runs) {
  const samples = [];
  for (let i = 0; i <= runs; i += 1) {
    const { child, ms, cpu } = await startAgent(launcher, root);
    await sleep(SETTLE_MS);
    if (i > 0) samples.push({ ms, cpu, ...memory(child.pid) });
    await end(child);
  }
  return samples;
}

// ---------------------------------------------------------------- what is printed

function figures(samples, name) {
  return spread(samples.map((sample) => sample[name]));
}

function cell({ median, least, most }) {
  return `${median.toFixed(0)} (${least.toFixed(0)}-${most.toFixed(0)})`;
}

/** The tables and the ratios as lines. */
export function report({ idle, workers, environment, polls }) {
  const start = (name, samples) => [name, ...['ms', 'cpu', 'rssMb', 'pssMb'].map((key) => cell(figures(samples, key))), ''];
  const held = (name, { rssMb, pssMb, cpuPerSecond }) => [name, rssMb.toFixed(0), pssMb.toFixed(0), cpuPerSecond?.toFixed(1) ?? '-', ''];
  const command = (name, samples) => [name, cell(figures(samples, 'ms')), ''];
  const agent = figures(idle.cached, 'rssMb').median;
  const ready = figures(idle.cached, 'ms').median;
  const ratio = (a, b) => (a / b).toFixed(2);
  return [
    environment,
    'Medians, with least and greatest in brackets. MB are 1,048,576 bytes. CPU is user and system time, which other load changes less than time.',
    '',
    ...aligned([
      ['started, no apps', 'ms to ready', 'CPU ms', 'VmRSS MB', 'Pss MB', ''],
      start('agent, start-up cache', idle.cached),
      start('agent, no cache', idle.plain),
      start('PM2 daemon', idle.pm2),
      start('agent, cache, takes over 4 workers', workers.restarted),
    ]),
    '',
    ...aligned([
      ['1 app of 4 workers', 'VmRSS MB', 'Pss MB', 'CPU ms/s', ''],
      held('agent, after a deployment and a roll', workers.afterRoll.agent),
      held('PM2 daemon, after start and reload', workers.afterRoll.pm2),
      held(`agent, ${polls} polls of 1/s later`, workers.polled.agent),
      held(`PM2 daemon, ${polls} s later`, workers.polled.pm2),
    ]),
    '',
    ...aligned([
      ['one command', 'ms', ''],
      command('pointsman status, start-up cache', workers.commands.cached),
      command('pointsman status, no cache', workers.commands.plain),
      command('pm2 ls', workers.commands.pm2),
    ]),
    '',
    `agent to PM2 daemon: time to ready ${ratio(ready, figures(idle.pm2, 'ms').median)}, idle VmRSS ${ratio(agent, figures(idle.pm2, 'rssMb').median)}, ` +
      `idle Pss ${ratio(figures(idle.cached, 'pssMb').median, figures(idle.pm2, 'pssMb').median)}, ` +
      `VmRSS with 4 workers ${ratio(workers.polled.agent.rssMb, workers.polled.pm2.rssMb)}; ` +
      `status to pm2 ls ${ratio(figures(workers.commands.cached, 'ms').median, figures(workers.commands.pm2, 'ms').median)}`,
    aim(`resident memory, no apps, at most ${AIM_MB} MB`, agent <= AIM_MB, `${agent.toFixed(0)} MB`),
    aim(`time to ready at most ${AIM_MS} ms`, ready <= AIM_MS, `${ready.toFixed(0)} ms`),
  ];
}

function aim(what, reached, measured) {
  return `aim: ${what}: ${reached ? 'reached' : 'NOT reached'} (${measured})`;
}

async function main() {
  const { values } = parseArgs({
    options: Object.fromEntries(['root', 'runs', 'cached', 'plain', 'pm2', 'app', 'polls', 'json'].map((name) => [name, { type: 'string' }])),
  });
  const options = { ...values, runs: Number(values.runs), polls: Number(values.polls) };
  const pm2 = new Pm2(options.pm2, join(options.root, 'pm2'));
  const load = () => loadavg()[0].toFixed(1);
  const before = load();
  const idle = await alternate(options.runs, {
    cached: () => idleAgent(options.cached, options.root),
    plain: () => idleAgent(options.plain, options.root),
    pm2: () => pm2.idle(),
  });
  const workers = await withWorkers(options, pm2);
  const environment = `${cpus().length} cores, load average ${before} before and ${load()} after; Node ${process.version}; ${options.runs} runs each after one for warming up, in turn.`;
  const result = { environment, polls: options.polls, idle, workers };
  writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
  console.log(report(result).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
