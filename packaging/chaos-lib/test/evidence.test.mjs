// What the explanations rest on: the workers' own journals, the states that were seen, and the connections that the kernel shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { identity } from '../../lib/proc.mjs';
import { until } from '../../lib/wait.mjs';
import { Faults } from '../faults.mjs';
import { Journals } from '../journals.mjs';
import { Ledger } from '../ledger.mjs';
import { about, Story } from '../story.mjs';
import { Watch } from '../watch.mjs';

function folder(t) {
  const dir = mkdtempSync(join(tmpdir(), 'chaos-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('a journal tells who accepted a connection, and its last words; a torn line at its end is no harm', (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'web'));
  writeFileSync(join(dir, 'web/10.1.jsonl'), '{"at":1000,"accepted":5000}\n{"at":2000,"accepted":50001}\n{"at":21');
  writeFileSync(join(dir, 'web/20.1.jsonl'), '{"at":3000,"accepted":5000}\n{"at":3100,"ends":"I crash"}\n');
  const journals = new Journals(dir);
  assert.deepEqual(journals.acceptedBy('web', 5_000, 900, 1_100), { worker: '10.1', ends: null });
  assert.deepEqual(journals.acceptedBy('web', 5_000, 2_900, 3_500), { worker: '20.1', ends: { at: 3_100, why: 'I crash' } });
  assert.equal(journals.acceptedBy('web', 5_000, 1_500, 2_500), null);
  assert.equal(journals.acceptedBy('web', 500, 0, 9_999), null);
  assert.equal(journals.acceptedBy('shop', 5_000, 0, 9_999), null);
});

function app(workers, more = {}) {
  return { app: 'web', condition: 'healthy', release: 'g1', instances: workers.length, deployment: null, workers, ...more };
}

test('remembers who was online before, also when nobody is any more', () => {
  const watch = new Watch({});
  watch.see(app([{ slot: 0, state: 'online', pid: process.pid, release: 'g1' }]), 100);
  watch.see(app([{ slot: 0, state: 'backing_off', pid: null, release: 'g1' }], { condition: 'down' }), 200);
  assert.deepEqual(watch.onlineBefore('web', 250), [identity(process.pid)]);
  assert.deepEqual(watch.onlineBefore('web', 50), []);
  assert.equal(watch.changes.length, 2);
});

for (const [what, seen, expected] of [
  ['a well app', app([{ slot: 0, state: 'online', release: 'g1' }]), null],
  ['an app that is not healthy', app([], { condition: 'degraded' }), /degraded/],
  ['a worker that still drains', app([{ slot: 0, state: 'draining', release: 'g1' }]), /draining/],
  ['a worker of another release', app([{ slot: 0, state: 'online', release: 'g2' }]), /with g2, where g1 is wanted/],
  ['a missing worker', app([{ slot: 0, state: 'online', release: 'g1' }], { instances: 2 }), /1 workers, not 2/],
  ['a running deployment', app([{ slot: 0, state: 'online', release: 'g1' }], { deployment: { id: 'web-2', state: 'reverting' } }), /web-2 is reverting/],
]) {
  test(`${what} is ${expected ? 'not settled' : 'settled'}`, () => {
    const watch = new Watch({});
    watch.see(seen);
    if (expected) assert.match(watch.unsettled('web'), expected);
    else assert.equal(watch.unsettled('web'), null);
  });
}

/** Faults on sleeping processes that stand for the workers of web. */
function faultsOn(t, count) {
  const children = Array.from({ length: count }, () => spawn('sleep', ['60']));
  t.after(() => children.forEach((child) => child.kill('SIGKILL')));
  const watch = new Watch({});
  watch.see(app(children.map(({ pid }, slot) => ({ slot, state: 'online', pid, release: 'g1', incarnation: `1.${slot}.1` }))));
  const run = { watch, ledger: new Ledger(), ports: { web: 1 }, journals: new Journals('/nonexistent'), agent: { root: '/nonexistent' } };
  return { faults: new Faults(run), ledger: run.ledger, children };
}

test('a stopped worker is noted until it has gone on for a while, a killed one until it is dead', async (t) => {
  const { faults, ledger, children } = faultsOn(t, 3);
  await faults.inject({ step: 'stop', app: 'web', slot: 0 });
  await faults.inject({ step: 'kill', app: 'web', slot: 1 });
  await until('the killed one is gone', 5_000, () => (faults.tick(), ledger.open.length === 1));
  const [stopped, killed] = ledger.faults;
  assert.equal(stopped.worker, identity(children[0].pid));
  assert.ok(killed.to >= killed.countedAt && killed.countedAt >= killed.from);
  await faults.inject({ step: 'resume', app: 'web', slot: 0 });
  faults.tick();
  assert.equal(stopped.to, null);
  stopped.resumedAt -= 60_000;
  faults.tick();
  assert.notEqual(stopped.to, null);
});

test('the last able worker is left alone, and so is one that is disabled already', async (t) => {
  const { faults, ledger } = faultsOn(t, 2);
  await faults.inject({ step: 'stop-for-good', app: 'web', slot: 0 });
  assert.match(await faults.inject({ step: 'kill', app: 'web', slot: 1 }), /skipped: it is the last able/);
  assert.match(await faults.inject({ step: 'kill', app: 'web', slot: 0 }), /skipped: that worker is disabled/);
  assert.match(await faults.inject({ step: 'kill', app: 'web', slot: 7 }), /skipped: no worker/);
  assert.equal(ledger.faults.length, 1);
});

test('the story tells the fault, the states and the request in order of time', (t) => {
  const lines = [];
  const story = new Story(join(folder(t), 'story.txt'), { wallClock: () => 0, print: (line) => lines.push(line) });
  const failure = { app: 'web', kind: 'slow', failure: 'reset', detail: 'ECONNRESET', worker: '9.1', localPort: 5, openedAt: 20_000, sentAt: 21_000, failedAt: 22_000 };
  const faults = [{ app: 'web', step: 'kill', worker: '8.1', from: 19_000, to: 19_001, ports: [7] }, { app: 'shop', step: 'kill', worker: '7.1', from: 19_000, to: 19_001, ports: [] }];
  const changes = [{ app: 'web', at: 20_500, text: 'healthy g1' }, { app: 'web', at: 1, text: 'long ago' }];
  for (const text of about(failure, 'nothing had been done', { faults, changes })) story.say(text);
  const order = ['UNEXPLAINED: slow of web, reset, worker 9.1: nothing had been done', 'fault kill of 8.1', 'from port 5 is opened', 'workers: healthy g1', 'the request is sent', 'it fails: reset: ECONNRESET'];
  assert.equal(lines.length, order.length);
  order.forEach((text, i) => assert.ok(lines[i].includes(text), `${lines[i]} / ${text}`));
});
