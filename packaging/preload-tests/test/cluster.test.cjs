'use strict';
// Apps that run Node's own cluster: served without a gate, and said to be so.

const test = require('node:test');
const assert = require('node:assert/strict');
const { eventually, start } = require('../harness.cjs');

const serves = (worker) => worker.get('/').then(({ body }) => body, () => null);

test('a cluster serves the shared port and is reported', async (t) => {
  const worker = await start(t, 'cluster.cjs');
  const state = await worker.until('listening', ({ listening }) => listening);
  assert.equal(state.cluster, true);
  assert.equal(state.accepting, true);
  const pids = new Set();
  await eventually('both cluster workers answer', async () => pids.add(await serves(worker)).size === 2);
  assert.equal(pids.has(`pid ${worker.pid}`), false);
  const address = JSON.parse((await worker.get('/address')).body);
  assert.equal(address.port, worker.port);
  assert.equal(worker.last.fault, null);
});

test('a cluster survives the death of its last worker', async (t) => {
  const worker = await start(t, 'cluster.cjs', { env: { WORKERS: '1' } });
  await worker.listening();
  const before = await serves(worker);
  await worker.get('/die').catch(() => {});
  await worker.until('nobody serves', (state) => !state.listening && !state.accepting);
  const queued = worker.get('/'); // Waits for the next one.
  process.kill(worker.pid, 'SIGUSR2');
  const { body: after } = await queued;
  assert.notEqual(after, before);
  await worker.until('served again', (state) => state.listening && state.accepting);
  assert.equal(await serves(worker), after);
  assert.equal((await worker.status()).fault, null);
});

test('a drained cluster lets its workers finish', async (t) => {
  const worker = await start(t, 'cluster.cjs', { env: { WORKERS: '1' } });
  await worker.listening();
  const slow = worker.get('/delay?ms=700');
  const next = await start(t, 'plain.cjs', { shared: worker.shared });
  await eventually('the request is under way', async () => (await worker.get('/')).status === 200);
  await next.listening();
  await next.accept();
  await worker.drain();
  assert.equal((await slow).body, 'delayed');
  const end = await worker.drained();
  assert.equal(end.accepting, false);
  assert.equal(end.cut, 0);
  for (let i = 0; i < 10; i++) assert.equal(await serves(worker), `pid ${next.pid}`);
});
