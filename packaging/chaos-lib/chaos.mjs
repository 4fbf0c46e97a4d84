#!/usr/bin/env node
// The soak: several apps under load of every kind on one real agent, while a schedule that follows from the seed alone does harm to
// workers, agent and disk, and deploys. Exit status: 0 when every lost request is explained by a fault in the very worker that
// served it, and all is in order at the end; 1 otherwise; 64 for wrong options.
import { setMaxListeners } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runLoad, settings } from '../load/load.mjs';
import { Tally } from '../load/lib/tally.mjs';
import { AgentProcess } from '../lib/agent-process.mjs';
import { identity, naming, pidOf, signal, usage, zombiesOf } from '../lib/proc.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { descriptorsAtRest, errors, growth, orphans, survivors, wantedIs } from './checks.mjs';
import { Deploying, wrongOutcomes } from './deploying.mjs';
import { explain } from './explain.mjs';
import { counted } from './grouped.mjs';
import { Faults } from './faults.mjs';
import { Journals } from './journals.mjs';
import { Ledger, now } from './ledger.mjs';
import { draw, line, STEPS } from './schedule.mjs';
import { about, Story } from './story.mjs';
import { Watch } from './watch.mjs';

const SETTLE_LIMIT_MS = 240_000;
const FIRST_LIMIT_MS = 180_000;
const PLANT_AT_MS = 10_000;
const MOST_STORIES = 5;
const ENDING_LIMIT_MS = 20_000;

/** One run. `plan` is what packaging/chaos prepared: root, pointsman, disk, and the apps with ports, rates and releases. */
class Run {
  constructor(plan, { seed, minutes, without, plant }, stop) {
    Object.assign(this, { plan, seed, minutes, without, plant, stop });
    this.story = new Story(join(plan.kept, 'story.txt'));
    this.say = (text) => this.story.say(text);
    this.agent = new AgentProcess(plan.root, plan.pointsman);
    this.disk = plan.disk;
    this.ports = Object.fromEntries(plan.apps.map(({ name, port }) => [name, port]));
    this.ledger = new Ledger();
    this.journals = new Journals(join(plan.root, 'chaos'));
    this.watch = new Watch(this.agent);
    this.faults = new Faults(this);
    this.plans = Object.fromEntries(plan.apps.map(({ name, good, bad }) => [name, { good, bad }]));
    this.deploying = new Deploying(this, this.plans);
    this.failures = [];
    this.tallies = new Map();
  }

  /** The whole run; the sentences that say what is wrong. */
  async toTheEnd() {
    const schedule = draw({ seed: this.seed, minutes: this.minutes, apps: this.plan.apps, without: this.without });
    console.log(`Seed ${this.seed}, ${this.minutes} minutes, ${schedule.length} steps:\n${schedule.map(line).join('\n')}`);
    this.load = loadavg()[0].toFixed(1);
    await this.begin();
    const end = new AbortController();
    setMaxListeners(0, end.signal);
    const loads = Promise.all(this.plan.apps.map((app) => this.startLoad(app, end.signal)));
    try {
      await this.act(schedule);
      const unsettled = await this.settle();
      const after = await this.atRest();
      end.abort();
      await loads;
      return [...unsettled, ...(await this.judge(after))];
    } finally {
      end.abort();
      this.watching.abort();
      await loads.catch(() => {});
    }
  }

  /** Agent, releases, first deployments. */
  async begin() {
    const ms = await this.agent.start();
    this.say(`the agent is ready in ${Math.round(ms)} ms as ${this.agent.identity}`);
    for (const { name, good, bad } of this.plan.apps) {
      for (const release of [...good, ...bad]) await this.agent.api.push(name, release, join(this.plan.root, 'bundles', `${name}-${release}`));
    }
    const first = await Promise.all(this.plan.apps.map(async ({ name, good }) => this.agent.api.over(await this.agent.api.deploy(name, good[0]), FIRST_LIMIT_MS)));
    for (const { id, state, failure } of first) if (state !== 'successful') throw new Error(`${id} ended ${state} before anything was done: ${JSON.stringify(failure)}`);
    this.watching = new AbortController();
    void this.watch.run(this.watching.signal);
    this.before = await this.atRest();
    this.upAt = now();
    this.say(`all apps are up; the agent has ${this.before} descriptors`);
  }

  startLoad({ name, port, rate }, signal) {
    const onFailure = (failure) => this.failures.push(onNow({ ...failure, app: name }));
    const tally = new Tally({ onFailure });
    this.tallies.set(name, tally);
    return runLoad(settings(['--url', `http://127.0.0.1:${port}`, '--rate', String(rate), '--sse', '4', '--ws', '4', '--timeout', '40s', '--max-duration', '600m']), signal, tally);
  }

  /** Does what the schedule says, at its times. */
  async act(schedule) {
    const began = performance.now();
    const ticking = setInterval(() => this.faults.tick(), 50);
    const planted = this.plant === 'outside-kill' ? setTimeout(() => this.killFromOutside(), PLANT_AT_MS) : null;
    try {
      for (const step of schedule) {
        await sleep(Math.max(0, began + step.at - performance.now()));
        if (this.stop.aborted) throw new Error('interrupted');
        const deploys = ['deploy', 'deploy-bad', 'rollback'].includes(step.step);
        const came = await (deploys ? this.deploying.ask(step) : this.faults.inject(step));
        this.say(`${line(step).trim()}: ${came}`);
      }
      await sleep(Math.max(0, began + this.minutes * 60_000 - performance.now()));
    } finally {
      clearTimeout(planted);
      this.ticking = ticking;
    }
  }

  /** What no fault of the ledger explains: for the proof that such a thing is found. */
  killFromOutside() {
    const [{ name }] = this.plan.apps;
    const busiest = [...this.watch.apps.get(name).workers].filter(({ state }) => state === 'online').sort((a, b) => b.connections - a.connections)[0];
    process.kill(busiest.pid, 'SIGKILL');
  }

  /** Waits until everybody is well again; what is not, at the limit. */
  async settle() {
    this.say('nothing more is done to anybody; waiting until all is well');
    await this.deploying.settle();
    // An agent may not have noticed yet that a worker hangs, and takes it for a well one.
    const unsettled = () => [...this.plan.apps.map(({ name }) => this.watch.unsettled(name)).filter(Boolean), ...survivors(this.ledger.open)];
    try {
      await until('all apps are well', SETTLE_LIMIT_MS, () => (this.stop.aborted ? true : unsettled().length === 0), { everyMs: 300 });
    } catch {
      return unsettled().map((text) => `not settled after ${SETTLE_LIMIT_MS / 1_000} s: ${text}`);
    } finally {
      clearInterval(this.ticking);
      this.faults.tick();
    }
    return this.stop.aborted ? ['interrupted'] : [];
  }

  /** The least number of the agent's descriptors over some seconds. */
  async atRest() {
    const counts = [];
    for (let i = 0; i < 12; i += 1) {
      counts.push(usage(this.agent.pid)?.descriptors ?? 0);
      await sleep(250);
    }
    return Math.min(...counts);
  }

  /** Everything that must hold; the sentences that say what does not. */
  async judge(after) {
    const wrong = [];
    for (const { name } of this.plan.apps) {
      wrong.push(...wantedIs(await this.agent.api.app(name), await this.agent.api.deployments(name)));
      wrong.push(...(await this.answersOf(name)));
    }
    const { wrong: grown, said } = growth(this.watch.samples);
    for (const text of said) this.say(text);
    const known = [this.agent.pid, ...[...this.watch.apps.values()].flatMap(({ workers }) => workers.map(({ pid }) => pid).filter(Boolean))];
    wrong.push(...(this.minutes >= 2 ? grown : []));
    wrong.push(...descriptorsAtRest(this.before, after));
    wrong.push(...orphans(naming(this.plan.root), known));
    wrong.push(...zombiesOf(this.agent.pid).map(({ pid, name }) => `the agent has not reaped ${pid} (${name})`));
    wrong.push(...errors(readFileSync(this.agent.log, 'utf8'), this.ledger, this.upAt));
    wrong.push(...wrongOutcomes(this.deploying.outcomes, this.plans, this.ledger));
    wrong.push(...this.explainAll());
    return wrong;
  }

  /** Whether the wanted release and no other answers. */
  async answersOf(name) {
    const wanted = this.watch.apps.get(name).release;
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${this.ports[name]}/api/whoami`).then((response) => response.json())));
    const other = answers.find(({ release }) => release !== wanted);
    return other ? [`${name} wants ${wanted}, and ${other.release} (pid ${other.pid}) answers`] : [];
  }

  /** Every failure with its reason; the sentences about those that have none. */
  explainAll() {
    const evidence = {
      ledger: this.ledger,
      acceptedBy: (...args) => this.journals.acceptedBy(...args),
      onlineBefore: (...args) => this.watch.onlineBefore(...args),
      releases: { answers500: () => false },
    };
    const judged = this.failures.map((failure) => ({ failure, ...explain(failure, evidence) }));
    const unexplained = judged.filter((it) => it.unexplained);
    for (const { failure, unexplained: why } of unexplained.slice(0, MOST_STORIES)) {
      for (const text of about(failure, why, { faults: this.ledger.faults, changes: this.watch.changes })) this.say(text);
    }
    this.explained = judged.filter((it) => it.fault);
    writeFileSync(join(this.plan.kept, 'failures.json'), `${JSON.stringify(judged, null, 1)}\n`);
    return unexplained.map(({ failure, unexplained: why }) => `a lost ${failure.kind} of ${failure.app} (${failure.failure}) is not explained: ${why}`);
  }

  /** The closing lines. */
  summary(wrong) {
    const requests = [...this.tallies].map(([app, tally]) => `${app} ${tally.requests} (${tally.failed} lost)`);
    const faults = counted(this.ledger.faults, ({ step }) => step);
    const ends = counted(this.deploying.outcomes, ({ state }) => state ?? 'refused');
    const lost = counted(this.explained ?? [], ({ fault }) => fault.step);
    this.say(`requests: ${requests.join(', ')}`);
    this.say(`faults: ${faults}; deployments: ${ends}`);
    this.say(`lost and explained: ${lost}; load average ${this.load} before, ${loadavg()[0].toFixed(1)} after`);
    for (const text of wrong.slice(0, 40)) this.say(`WRONG: ${text}`);
    this.say(wrong.length === 0 ? 'chaos: all is well' : `chaos: FAILED, ${wrong.length} things are wrong; to repeat: --minutes ${this.minutes} --seed ${this.seed}`);
  }

  /** Ends the agent, then whatever belongs to this run, stopped or not, by pid. */
  async end() {
    clearInterval(this.ticking);
    await this.agent.end('SIGTERM');
    await until(
      'all workers are gone',
      ENDING_LIMIT_MS,
      () => {
        const left = naming(this.plan.root).map(({ pid }) => identity(pid)).filter(Boolean);
        for (const worker of left) if (pidOf(worker) !== process.pid) signal(worker, 'SIGKILL');
        return left.length === 0;
      },
    );
  }
}

/** A failure with times of now() instead of performance.now(). */
function onNow(failure) {
  const moved = { ...failure };
  for (const name of ['openedAt', 'sentAt', 'failedAt']) if (moved[name] != null) moved[name] += performance.timeOrigin;
  return moved;
}

function options() {
  const { values } = parseArgs({ options: Object.fromEntries(['plan', 'seed', 'minutes', 'without', 'only', 'plant'].map((name) => [name, { type: 'string' }])) });
  const listed = (text) => (text ? text.split(',') : []);
  const unknown = [...listed(values.without), ...listed(values.only)].find((step) => !STEPS.includes(step));
  if (unknown) throw new Error(`${unknown} is none of ${STEPS.join(', ')}`);
  const without = values.only ? STEPS.filter((step) => !listed(values.only).includes(step)) : listed(values.without);
  const plan = JSON.parse(readFileSync(values.plan, 'utf8'));
  return { plan, seed: Number(values.seed), minutes: Number(values.minutes), without: plan.disk ? without : [...without, 'disk-full'], plant: values.plant };
}

async function main() {
  const { plan, ...rest } = options();
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => stop.abort());
  const run = new Run(plan, rest, stop.signal);
  let wrong;
  try {
    wrong = await run.toTheEnd();
  } catch (error) {
    wrong = [`the run itself could not go on: ${error.stack}`];
  } finally {
    await run.end();
  }
  run.summary(wrong);
  return wrong.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`chaos: ${error.message}`);
  process.exitCode = 64;
}
