#!/usr/bin/env node
// Judges one server of packaging/third-party by what the load client counted and what the agent logged.
//
//   third-party-verdict.mjs LOAD.json AGENT.log LEAST_REQUESTS RETIRED
//
// RETIRED is how many workers a deployment or rollback has replaced. Prints "REQUESTS FAILED LONGEST_GAP_MS", and one
// line for each thing that is wrong. Exit status: 1 when anything is.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is wrong, in words; `log` is the agent's, at level DEBUG. */
export function wrongs(load, log, leastRequests, retired) {
  const found = [];
  if (load.failed > 0) found.push(`${load.failed} of ${load.requests} requests failed: ${words(load.failures)}`);
  if (load.requests < leastRequests) found.push(`only ${load.requests} requests were made, ${leastRequests} are needed to say anything`);
  const seen = Object.keys(load.releases).sort();
  if (seen.join() !== 'r1,r2') found.push(`users were answered by ${seen.join(', ') || 'no release'}, and not by r1 and r2`);
  const stopped = times(log, /signal=SIGTERM/g);
  if (stopped < retired) found.push(`${stopped} workers were told to stop, not ${retired}: does the agent log at DEBUG?`);
  const killed = times(log, /signal=SIGKILL/g);
  if (killed > 0) found.push(`${killed} workers had to be killed`);
  for (const [line] of log.matchAll(/^.*(connections were cut|The preload of a worker complains).*$/gm)) found.push(line);
  return found;
}

function words(failures) {
  return Object.entries(failures).map(([word, count]) => `${word} ${count}`).join(', ');
}

function times(text, pattern) {
  return [...text.matchAll(pattern)].length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [loadFile, logFile, least, retired] = process.argv.slice(2);
  const load = JSON.parse(readFileSync(loadFile, 'utf8'));
  const found = wrongs(load, readFileSync(logFile, 'utf8'), Number(least), Number(retired));
  console.log([load.requests, load.failed, load.longestGapMs, ...found].join('\n'));
  for (const { at, kind, failure, detail } of load.samples.slice(0, 5)) console.error(`failed at ${at}: ${kind}, ${failure}: ${detail}`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
