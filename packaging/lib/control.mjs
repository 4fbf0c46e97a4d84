#!/usr/bin/env node
// Asks the agent over its unix socket, for scripts: waits for a state, or checks one. Exit status: 0 when it came, 1 when
// it did not, with what was seen instead.
//
//   control.mjs --socket S ready                            the API answers
//   control.mjs --socket S serves APP RELEASE INSTANCES     so many workers of the release are online, and no others
//   control.mjs --socket S retired APP                      no worker of it drains or is being stopped any more
//   control.mjs --socket S rolling ID                       the deployment has replaced a slot and is not over
//   control.mjs --socket S over ID                          the deployment is over; prints its state
//   control.mjs --socket S settled APP                      no deployment of the app is left unfinished
//   control.mjs check-releases '{"r1":["good"],..}' < FILE  the output of "pointsman releases APP --json"
//   control.mjs check-status RELEASE INSTANCES < FILE       the output of "pointsman status APP --json"
//   control.mjs field NAME < FILE                           one field of a JSON object
// Options: --limit SECONDS (default 30)
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const OVER = new Set(['successful', 'failed', 'reverted', 'stuck', 'cancelled']);

/** A word of the contract, however it is written: SUCCESSFUL, Successful, backing-off. */
export function word(value) {
  return String(value ?? '').toLowerCase().replaceAll('-', '_');
}

/** What is wrong with `app` (an AppResource), if it shall be served by `instances` workers of `release`; null if nothing. */
export function wrongWithApp(app, release, instances) {
  if (app.release !== release) return `release is ${app.release}, not ${release}`;
  if (word(app.condition) !== 'healthy') return `condition is ${app.condition}`;
  const online = app.workers.filter((worker) => word(worker.state) === 'online');
  const foreign = online.find((worker) => worker.release !== release);
  if (foreign) return `slot ${foreign.slot} runs ${foreign.release} (pid ${foreign.pid})`;
  if (online.length !== instances) return `${online.length} workers are online, not ${instances}`;
  return null;
}

/** What is wrong with `releases`, where `expected` gives the states that each may have; null if nothing. */
export function wrongWithReleases(releases, expected) {
  const states = new Map(releases.map((release) => [release.release, word(release.state)]));
  for (const [release, allowed] of Object.entries(expected)) {
    if (!states.has(release)) return `${release} is not there`;
    if (!allowed.includes(states.get(release))) return `${release} is ${states.get(release)}, not ${allowed.join(' or ')}`;
  }
  const current = releases.filter((release) => release.current).map((release) => release.release);
  const active = [...states].filter(([, state]) => state === 'active').map(([release]) => release);
  if (current.length !== 1 || active.length !== 1 || current[0] !== active[0]) {
    return `current names ${current.join(', ') || 'nothing'}, but active is ${active.join(', ') || 'nothing'}`;
  }
  return null;
}

/** The one list in `json`, which is a list or an object with one. */
export function listOf(json) {
  if (Array.isArray(json)) return json;
  const lists = Object.values(json).filter(Array.isArray);
  if (lists.length === 1) return lists[0];
  throw new Error(`no list in ${JSON.stringify(json).slice(0, 200)}`);
}

function get(socketPath, path) {
  return new Promise((resolve, reject) => {
    const req = request({ socketPath, path, headers: { Accept: 'application/json' }, timeout: 10_000, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (piece) => (text += piece)).on('error', reject);
      res.on('end', () => {
        if (res.statusCode !== 200) return reject(new Error(`GET ${path} answered ${res.statusCode}: ${text.slice(0, 300)}`));
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(new Error(`GET ${path}: ${error.message}`));
        }
      });
    });
    req.on('timeout', () => req.destroy(new Error(`GET ${path}: no answer in 10 s`)));
    req.on('error', reject).end();
  });
}

/** The questions: each gives { done, seen }. */
const QUESTIONS = {
  ready: async (socket) => {
    await get(socket, '/v1/apps');
    return { done: true };
  },
  serves: async (socket, [app, release, instances]) => {
    const wrong = wrongWithApp(await get(socket, `/v1/apps/${app}`), release, Number(instances));
    return { done: wrong === null, seen: wrong };
  },
  retired: async (socket, [app]) => {
    const left = (await get(socket, `/v1/apps/${app}`)).workers.filter(({ state }) => ['draining', 'stopping'].includes(word(state)));
    return { done: left.length === 0, seen: left.map(({ slot, pid, state }) => `pid ${pid} of slot ${slot} is ${state}`).join(', ') };
  },
  rolling: async (socket, [id]) => {
    const deployment = await get(socket, `/v1/deployments/${id}`);
    if (OVER.has(word(deployment.state))) throw new Stop(`${id} is over already: ${deployment.state}`);
    return { done: deployment.slotsDone > 0, seen: `${deployment.state}, ${deployment.slotsDone} of ${deployment.slotsTotal} slots` };
  },
  over: async (socket, [id]) => {
    const { state, slotsDone, slotsTotal } = await get(socket, `/v1/deployments/${id}`);
    if (OVER.has(word(state))) return { done: true, answer: word(state) };
    return { done: false, seen: `${state}, ${slotsDone} of ${slotsTotal} slots` };
  },
  settled: async (socket, [app]) => {
    const open = listOf(await get(socket, `/v1/apps/${app}/deployments`)).filter(({ state }) => !OVER.has(word(state)));
    return { done: open.length === 0, seen: open.map(({ id, state }) => `${id} is ${state}`).join(', ') };
  },
};

/** It will not come about any more. */
class Stop extends Error {}

async function wait(socket, question, args, limitSeconds) {
  const end = performance.now() + limitSeconds * 1_000;
  for (;;) {
    let seen;
    try {
      const result = await QUESTIONS[question](socket, args);
      if (result.done) return result.answer;
      seen = result.seen;
    } catch (error) {
      if (error instanceof Stop) throw error;
      seen = error.message;
    }
    if (performance.now() > end) throw new Error(`${[question, ...args].join(' ')}: not within ${limitSeconds} s; last seen: ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { socket: { type: 'string' }, limit: { type: 'string', default: '30' } },
    allowPositionals: true,
  });
  const [verb, ...args] = positionals;
  if (verb in QUESTIONS) return wait(values.socket, verb, args, Number(values.limit));
  const input = JSON.parse(readFileSync(0, 'utf8'));
  if (verb === 'field') return input[args[0]];
  const wrong = {
    'check-releases': () => wrongWithReleases(listOf(input), JSON.parse(args[0])),
    'check-status': () => wrongWithApp(Array.isArray(input) ? input[0] : input, args[0], Number(args[1])),
  }[verb]();
  if (wrong !== null) throw new Error(wrong);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const answer = await main();
    if (answer !== undefined) console.log(answer);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
