'use strict';
// An app that stops by itself on a signal, with clients connected and no drain before.

const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const { RawConnection, eventually, get, startServing } = require('../harness.cjs');

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} under keep-alive traffic ends promptly and loses no request`, async (t) => {
    const worker = await startServing(t, 'graceful.cjs');
    const agents = Array.from({ length: 10 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
    t.after(() => agents.forEach((agent) => agent.destroy()));
    const served = new Map();
    const count = ({ pid }) => served.get(`pid ${pid}`) ?? 0;
    let stop = false;
    const clients = agents.map(async (agent) => {
      while (!stop) {
        const { body } = await get({ host: '127.0.0.1', port: worker.port, path: '/', agent });
        served.set(body, (served.get(body) ?? 0) + 1);
      }
    });
    await eventually('all connections are busy', () => count(worker) > 100);
    const next = await startServing(t, 'graceful.cjs', { shared: worker.shared });
    const began = performance.now();
    assert.deepEqual(await worker.kill(signal), { code: 0, signal: null });
    assert.ok(performance.now() - began < 4_000, `took ${performance.now() - began} ms`);
    await eventually('the next worker has all of them', () => count(next) > 100);
    stop = true;
    await Promise.all(clients);
  });
}

for (const force of ['', 'closeIdleConnections', 'closeAllConnections']) {
  test(`a request arriving on an idle connection after close() ${force && `and ${force}() `}is answered`, async (t) => {
    const worker = await startServing(t, 'graceful.cjs', { env: { FORCE: force } });
    const connection = await RawConnection.to(worker.port);
    connection.ask('/');
    await connection.expect(/pid \d+/);
    process.kill(worker.pid, 'SIGTERM');
    await worker.until('the app closed', ({ listening, accepting }) => !listening && !accepting);
    connection.ask('/');
    const [head] = await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\npid \d+/);
    assert.match(head, /\r\nconnection: close\r\n/i);
    assert.deepEqual(await worker.ended(), { code: 0, signal: null });
  });
}

test('an idle connection does not keep the app from stopping', async (t) => {
  const worker = await startServing(t, 'graceful.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.ask('/');
  await connection.expect(/pid \d+/);
  const probes = new http.Agent({ keepAlive: true });
  t.after(() => probes.destroy());
  await worker.probe('/', { agent: probes });
  assert.deepEqual(await worker.kill('SIGTERM'), { code: 0, signal: null });
});

test('a drained worker stops at once, whatever probes are connected', async (t) => {
  const worker = await startServing(t, 'graceful.cjs');
  const probes = new http.Agent({ keepAlive: true });
  t.after(() => probes.destroy());
  await worker.probe('/', { agent: probes });
  await worker.drain();
  await worker.drained();
  const began = performance.now();
  assert.deepEqual(await worker.kill('SIGTERM'), { code: 0, signal: null });
  assert.ok(performance.now() - began < 2_000, `took ${performance.now() - began} ms`);
});

test('closeAllConnections gives answers under way a last chance, and no more', async (t) => {
  const worker = await startServing(t, 'graceful.cjs', { env: { FORCE: 'closeAllConnections' } });
  const connection = await RawConnection.to(worker.port);
  connection.ask('/slow');
  await worker.until('in flight', ({ inflight }) => inflight === 1);
  const began = performance.now();
  assert.deepEqual(await worker.kill('SIGTERM'), { code: 0, signal: null });
  const took = performance.now() - began;
  assert.ok(took > 1_000 && took < 8_000, `took ${took} ms`);
});
