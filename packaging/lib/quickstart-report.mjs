#!/usr/bin/env node
// The quick start's closing table, from what the load client counted and when each phase was.
//
//   quickstart-report.mjs LOAD.json PHASES.tsv LEAST_REQUESTS RELEASE,RELEASE,..
//
// PHASES.tsv: NAME, start and end in ms since 1970, outcome. The releases are those that may have answered.
// Exit status: 1 when a request failed, too few were made, or another release answered.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aligned } from '../load/lib/table.mjs';

/** The lines to print and whether all is well. `phases`: { name, from, to, outcome }. */
export function closingReport(load, phases, leastRequests, releases) {
  const kinds = Object.entries(load.kinds).map(([name, kind]) => [
    name,
    kind.requests,
    kind.failed,
    ms(kind.ms.p50),
    ms(kind.ms.p99),
    ms(kind.ms.max),
    [...Object.entries(kind.failures), ...Object.entries(kind.notes)].map(([word, times]) => `${word}: ${times}`).join(', '),
  ]);
  const lines = [
    ...aligned([
      ['phase', 'seconds', 'requests', 'failed', 'outcome'],
      ...phases.map((phase) => [phase.name, ((phase.to - phase.from) / 1_000).toFixed(1), ...during(load, phase), phase.outcome]),
    ]),
    '',
    ...aligned([['requests by kind', 'requests', 'failed', 'p50 ms', 'p99 ms', 'max ms', ''], ...kinds, ['all', load.requests, load.failed, '', '', '', '']]),
    '',
    `Longest gap without a success: ${load.longestGapMs} ms (the client itself stood still for up to ${load.clientStallMs} ms).`,
    `Answers by release: ${Object.entries(load.releases).map(([name, { answers }]) => `${name} ${answers}`).join(', ')}.`,
    ...load.samples.slice(0, 20).map((s) => `  failed at ${s.at}: ${s.kind}, ${s.failure}: ${s.detail}${s.release ? ` (${s.release})` : ''}`),
  ];
  const problems = [];
  if (load.failed > 0) problems.push(`${load.failed} of ${load.requests} requests failed`);
  if (load.requests < leastRequests) problems.push(`only ${load.requests} requests were made, ${leastRequests} are needed to say anything`);
  const strangers = Object.keys(load.releases).filter((name) => !releases.includes(name));
  if (strangers.length > 0) problems.push(`users were answered by ${strangers.join(', ')}, which must never have got traffic`);
  return { lines, problems };
}

/** Requests and failures in the whole seconds of the load that a phase touches most. */
function during(load, { from, to }) {
  const first = Math.round((from - load.startedAtMs) / 1_000);
  const last = Math.round((to - load.startedAtMs) / 1_000);
  if (last <= 0) return ['-', '-'];
  const seconds = load.timeline.slice(Math.max(0, first), last);
  return [sum(seconds.map(({ ok, failed }) => ok + failed)), sum(seconds.map(({ failed }) => failed))];
}

function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

function ms(value) {
  return value === null ? '-' : value.toFixed(1);
}

/** The phases in a file of tab-separated lines. */
export function readPhases(text) {
  return text.split('\n').filter(Boolean).map((line) => {
    const [name, from, to, outcome] = line.split('\t');
    return { name, from: Number(from), to: Number(to), outcome };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [loadFile, phasesFile, least, releases] = process.argv.slice(2);
  const load = JSON.parse(readFileSync(loadFile, 'utf8'));
  const { lines, problems } = closingReport(load, readPhases(readFileSync(phasesFile, 'utf8')), Number(least), releases.split(','));
  console.log(lines.join('\n'));
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
