#!/usr/bin/env node
// Measures how fast the agent stages a release, beside GNU tar, cp and rsync, in one run.
//
//   stage.mjs --root DIR --disk DIR --trees DIR --bundles DIR --key FILE --pointsman POINTSMAN --rounds N
//             --apps linked,copied --changes a,b,d,c [--drop-caches] --json FILE
//
// DIR is a root of packaging/lib/agent.sh; its agent keeps everything on the file system of --disk, where the other tools
// work too. --bundles has a packed bundle of each tree. In every round each tool and each app has its turn, because the
// machine's other load changes with time. Prints tables; everything measured is in FILE.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Sender } from './stage-agent.mjs';
import { report } from './stage-report.mjs';

const MS_PER_TICK = 10; // CLK_TCK is 100 on every Linux of today.

/** Runs a shell line to its end; how long it took, and the processor time of it and what it started. */
export function timed(line, variables = {}) {
  const before = childrensCpuMs();
  const started = performance.now();
  execFileSync('bash', ['-euc', line], { env: { ...process.env, ...variables }, stdio: ['ignore', 'ignore', 'inherit'] });
  return { ms: performance.now() - started, cpu: childrensCpuMs() - before };
}

/** Processor time of the children that ended, as /proc/self/stat has it. */
function childrensCpuMs() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK;
}

/** What the others need: the release before the change, extracted once. */
function prepareOthers(options) {
  const base = join(options.disk, 'others/base');
  mkdirSync(base, { recursive: true });
  timed('tar -xzf "$PAYLOAD" -C "$BASE" && sync -f "$BASE"', { PAYLOAD: payload(options, 'v1'), BASE: base });
  return base;
}

function payload(options, tree) {
  return join(options.bundles, tree, 'payload.tar.gz');
}

/** One turn of the other tools; what they made is removed again, and that is measured too. */
function others(options, base, record) {
  const made = join(options.disk, 'others/made');
  const turn = (name, line, tree) => {
    mkdirSync(made, { recursive: true });
    const variables = { PAYLOAD: payload(options, 'v1'), BASE: base, MADE: made, TREE: `${join(options.trees, tree)}/` };
    record('others', name, timed(`${line} && sync -f "$MADE"`, variables));
    const removal = timed('rm -rf "$MADE" && sync -f "$BASE"', variables);
    if (name === 'tar') record('others', 'rm', removal);
  };
  turn('tar', 'tar -xzf "$PAYLOAD" -C "$MADE"', 'v1');
  turn('cp', 'cp -al "$BASE/." "$MADE"', 'v1');
  turn('rsync again', 'rsync -a --link-dest="$BASE" "$TREE" "$MADE/"', 'v1');
  for (const change of options.changes) turn(`rsync ${change}`, 'rsync -a --link-dest="$BASE" "$TREE" "$MADE/"', change);
}

/** One life of an agent whose store is empty, and what is sent to it in that life; zstd has every second. */
async function life(options, app, round, record) {
  rmSync(join(options.disk, 'state'), { recursive: true, force: true });
  execFileSync('sync', ['-f', options.disk]);
  const sender = new Sender(options, app);
  try {
    await sender.start();
    const put = async (name, tree, how) => record(app, name, await sender.full(tree, how));
    await put('first', 'w');
    if (round % 2 === 1) await put('full zst', 'v1', { compression: 'zst' });
    else await put('full', 'v1');
    await put('again', 'v1');
    record(app, 'envelope', sender.envelope('v1'));
    sender.retireLast();
    record(app, 'envelope, recycled', sender.envelope('v1'));
    if (sender.hasSpare()) throw new Error('the spare tree was not used');
    if (options.dropCaches) await put('again, cold cache', 'v1', { dropCaches: true });
    for (const change of options.changes) record(app, `delta ${change}`, await sender.delta(change));
  } finally {
    await sender.stop();
  }
}

function describe(options, rounds, load) {
  const mount = execFileSync('stat', ['-f', '-c', '%T', options.disk], { encoding: 'utf8' }).trim();
  const model = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'an unknown processor';
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  return `${cpus().length} cores (${model}), Linux ${kernel}, ${mount}; load average ${load} before and ${loadavg()[0].toFixed(1)} after; ${rounds} rounds.`;
}

function treeFigures(options) {
  const manifest = (tree) => JSON.parse(readFileSync(join(options.bundles, tree, 'release.json'), 'utf8')).tree;
  const { files, bytes } = manifest('v1');
  const zst = join(options.bundles, 'v1', 'payload.tar.zst');
  return { files, bytes, gz: statSync(payload(options, 'v1')).size, zst: statSync(zst).size };
}

async function main() {
  const text = ['root', 'disk', 'trees', 'bundles', 'key', 'pointsman', 'rounds', 'apps', 'changes', 'json'];
  const { values } = parseArgs({
    options: { ...Object.fromEntries(text.map((name) => [name, { type: 'string' }])), 'drop-caches': { type: 'boolean', default: false } },
  });
  const options = { ...values, changes: values.changes.split(',').filter(Boolean), apps: values.apps.split(','), dropCaches: values['drop-caches'] };
  const load = loadavg()[0].toFixed(1);
  const samples = {};
  const record = (who, name, sample) => ((samples[who] ??= {})[name] ??= []).push(sample);
  const base = prepareOthers(options);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    others(options, base, record);
    for (const app of options.apps) await life(options, app, round, record);
  }
  const result = { environment: describe(options, values.rounds, load), release: treeFigures(options), samples };
  writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
  console.log(report(result).join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
