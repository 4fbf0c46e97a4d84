#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { sleep } from './lib/pace.mjs';
import { runStreams } from './lib/streams.mjs';
import { table } from './lib/table.mjs';
import { Tally } from './lib/tally.mjs';
import { KINDS, runTraffic } from './lib/traffic.mjs';

const USAGE = `usage: load.mjs --url http://HOST:PORT [options]

Sends requests of several kinds to the sample's API and counts every one that did not get a complete and correct 2xx
answer. It never tries a request again. Exit status: 0 when nothing failed, 1 when something did or nothing was sent.

  --rate N              requests per second in all, about (default 400)
  --kinds A,B           of ${KINDS.join(',')} (default: all)
  --sse N, --ws N       event streams and WebSockets kept open beside it (default 0)
  --plain PATH          any server: GET PATH only, complete and 2xx is right (kinds new,keepalive,pool)
  --plain-release RE    the page must match this expression; its first group is the release that answered
  --timeout T           for one answer (default 10s)
  --duration T          how long (default: until SIGTERM, SIGINT or the stop file)
  --stop-file FILE      ends when this file appears
  --min-requests N      goes on until so many were sent, even when told to stop
  --max-duration T      ends in any case (default 30m)
  --json FILE           the report as JSON
  --status FILE         the counts so far, every 250 ms

T is a number with ms, s or m.`;

const OPTIONS = Object.fromEntries(
  ['url', 'rate', 'kinds', 'sse', 'ws', 'plain', 'plain-release', 'timeout', 'duration', 'stop-file', 'min-requests', 'max-duration', 'json', 'status'].map((name) => [name, { type: 'string' }]),
);

/** The settings that the arguments ask for; throws with a sentence for the user. */
export function settings(args) {
  const { values } = parseArgs({ args, options: { ...OPTIONS, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return { help: true };
  if (!values.url) throw new Error('--url is needed');
  const url = new URL(values.url);
  if (url.protocol !== 'http:') throw new Error(`--url ${values.url}: only http is spoken here`);
  const kinds = (values.kinds ?? (values.plain ? 'new,keepalive,pool' : KINDS.join(','))).split(',').filter(Boolean);
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown) throw new Error(`--kinds: ${unknown} is not one of ${KINDS.join(', ')}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    rate: count(values, 'rate', 400, 1),
    kinds,
    sse: count(values, 'sse', 0, 0),
    ws: count(values, 'ws', 0, 0),
    plainPath: values.plain,
    plainRelease: expression(values),
    timeoutMs: duration(values, 'timeout', '10s'),
    durationMs: values.duration === undefined ? Infinity : duration(values, 'duration'),
    maxDurationMs: duration(values, 'max-duration', '30m'),
    minRequests: count(values, 'min-requests', 0, 0),
    stopFile: values['stop-file'],
    json: values.json,
    status: values.status,
  };
}

function expression(values) {
  const text = values['plain-release'];
  if (text === undefined) return undefined;
  if (!values.plain) throw new Error('--plain-release needs --plain');
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Error(`--plain-release ${text}: ${error.message}`);
  }
}

function count(values, name, usual, least) {
  const value = Number(values[name] ?? usual);
  if (!Number.isInteger(value) || value < least || value > 1_000_000) throw new Error(`--${name} ${values[name]}: a whole number from ${least}`);
  return value;
}

function duration(values, name, usual) {
  const text = values[name] ?? usual;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (!match) throw new Error(`--${name} ${text}: a number with ms, s or m, as 30s`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2]];
}

/** Runs the load to its end; the report. `stopAsked` is an AbortSignal. `tally` may be the caller's, to look into meanwhile. */
export async function runLoad(options, stopAsked, tally = new Tally()) {
  const stall = monitorEventLoopDelay({ resolution: 5 });
  stall.enable();
  const report = () => ({ url: `http://${options.host}:${options.port}`, ...tally.report(), clientStallMs: Math.round(stall.max / 1e6) });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // Every lane listens.
  const watching = watch({ options, tally, stopAsked, report }).finally(() => stop.abort());
  const run = { ...options, tally, signal: stop.signal };
  await Promise.all([watching, runTraffic(run), runStreams(run)]);
  return report();
}

/** Returns when the run shall end. */
async function watch({ options, tally, stopAsked, report }) {
  const started = performance.now();
  const never = new AbortController().signal;
  for (;;) {
    await sleep(stopAsked.aborted ? 100 : 250, stopAsked.aborted ? never : stopAsked);
    if (options.status) writeAtomically(options.status, report());
    const elapsed = performance.now() - started;
    const asked = stopAsked.aborted || elapsed >= options.durationMs || (options.stopFile && existsSync(options.stopFile));
    if ((asked && tally.requests >= options.minRequests) || elapsed >= options.maxDurationMs) return;
  }
}

function writeAtomically(file, value) {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value)}\n`);
  renameSync(`${file}.tmp`, file);
}

async function main() {
  let options;
  try {
    options = settings(process.argv.slice(2));
  } catch (error) {
    console.error(`load: ${error.message}\n\n${USAGE}`);
    return 64;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort());
  const report = await runLoad(options, stop.signal);
  if (options.json) writeAtomically(options.json, report);
  console.log(table(report));
  if (report.requests === 0) console.error('load: not one request was made, which proves nothing');
  return report.failed > 0 || report.requests === 0 ? 1 : 0;
}

if (import.meta.url === `file://${process.argv[1]}` || process.argv[1]?.endsWith('/load.mjs')) process.exitCode = await main();
