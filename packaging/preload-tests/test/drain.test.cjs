'use strict';
// Retiring a worker: what becomes of the connections it has.

const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const WebSocket = require('ws');
const { RawConnection, eventually, get, start, startServing, within } = require('../harness.cjs');

const CLOSES = /\r\nconnection: close\r\n/i;

test('nothing new is accepted from the moment of drain', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  await worker.drain();
  await worker.drained();
  let answered = false;
  const queued = get({ host: '127.0.0.1', port: worker.port, path: '/', agent: false }).then((answer) => {
    answered = true;
    return answer;
  });
  for (let i = 0; i < 5; i++) await worker.probe('/');
  assert.equal(answered, false);
  const next = await startServing(t, 'plain.cjs', { shared: worker.shared });
  assert.equal((await queued).body, `pid ${next.pid}`, 'the next worker answers what was queued');
});

test('an idle connection is left alone, answered once more, and closed by that answer', async (t) => {
  const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '600000' } });
  const connection = await RawConnection.to(worker.port);
  connection.ask('/');
  await connection.expect(/pid \d+\r\n0\r\n\r\n|pid \d+/);
  await worker.drain();
  for (let i = 0; i < 10; i++) assert.equal((await worker.status()).drained, false);
  assert.equal(connection.closed, false);
  connection.ask('/');
  const [head] = await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\npid \d+/);
  assert.match(head, CLOSES);
  await connection.ended();
  assert.equal((await worker.drained()).cut, 0);
});

test('an idle connection ends by the app’s own keep-alive timeout', async (t) => {
  const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '200' } });
  const connection = await RawConnection.to(worker.port);
  connection.ask('/');
  await connection.expect(/pid \d+/);
  await worker.drain();
  await connection.ended();
  assert.equal((await worker.drained()).cut, 0);
});

test('a connection that was opened and never used gets the same timeout', async (t) => {
  const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '200' } });
  const connection = await RawConnection.to(worker.port);
  await worker.until('it is accepted', ({ connections }) => connections === 1);
  await worker.drain();
  await connection.ended();
  assert.equal((await worker.drained()).cut, 0);
});

test('probes do not keep a worker from being drained', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  await worker.probe('/', { agent });
  const slow = worker.probe('/slow');
  await eventually('the slow probe is under way', async () => (await worker.probe('/waiting', { agent })).body === '1');
  await worker.drain();
  const end = await worker.drained();
  assert.equal(end.requests, 0);
  await worker.probe('/release');
  assert.equal((await slow).body, 'slow');
});

for (const way of ['object', 'list', 'early']) {
  test(`Connection: close holds against an app that insists on keep-alive (${way})`, async (t) => {
    const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '600000' } });
    const connection = await RawConnection.to(worker.port);
    connection.ask('/');
    await connection.expect(/pid \d+/);
    await worker.drain();
    connection.ask(`/insists-${way}`);
    const [head] = await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\n[^]*insists/);
    assert.match(head, CLOSES);
    assert.doesNotMatch(head, /keep-alive/i);
    if (way !== 'early') assert.match(head, /Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
    await connection.ended();
    await worker.drained();
  });
}

test('an answer that has begun goes on to its end, and its connection stays for one more', async (t) => {
  const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '600000' } });
  const connection = await RawConnection.to(worker.port);
  connection.ask('/stream');
  await connection.expect(/begun /);
  await worker.drain();
  await worker.probe('/release');
  await connection.expect(/slow\r\n0\r\n\r\n/);
  assert.equal((await worker.status()).drained, false);
  assert.equal(connection.closed, false);
  connection.ask('/');
  assert.match((await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\n/))[0], CLOSES);
  await worker.drained();
});

test('pipelined requests are all answered', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.ask('/slow');
  connection.ask('/slow');
  await eventually('both are under way', async () => (await worker.probe('/waiting')).body === '2');
  await worker.drain();
  await worker.probe('/release');
  const [first] = await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\nslow/);
  assert.doesNotMatch(first, CLOSES);
  const [second] = await connection.expect(/HTTP\/1.1 200 OK[^]*?\r\n\r\nslow/);
  assert.match(second, CLOSES);
  await worker.drained();
});

test('an upload under way is received to its end', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.socket.write('POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n' + 'x'.repeat(40_000));
  await worker.until('it is under way', ({ inflight }) => inflight === 1);
  await worker.drain();
  assert.equal((await worker.status()).drained, false);
  connection.socket.write('x'.repeat(60_000));
  const [head] = await connection.expect(/HTTP\/1.1 200 OK[^]*got 100000/);
  assert.match(head, CLOSES);
  await worker.drained();
});

test('event streams are ended in order after the time for long-lived connections', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.ask('/events');
  await connection.expect(/data: tick/);
  await worker.drain(600_000, 600_000);
  const events = () => connection.received.split('data: tick').length;
  const before = events();
  await eventually('300 more events, one a millisecond', () => connection.closed || events() > before + 300);
  assert.equal(connection.closed, false, 'not before the time');
  worker.send('drain 1000 0');
  await connection.expect(/\r\n0\r\n\r\n$/);
  await connection.ended();
  assert.equal((await worker.drained()).cut, 0);
  const after = await worker.probe('/');
  assert.equal(after.status, 200, 'the app wrote on after the end, and lives');
});

test('an event stream whose client does not read is cut at the limit, and the app lives', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.socket.pause();
  connection.ask('/flood');
  await eventually('the answer is stuck', async () => Number((await worker.probe('/flooded')).body) > 500_000);
  await worker.drain(1_000, 0);
  assert.equal((await worker.drained()).cut, 1);
  assert.equal((await worker.probe('/')).status, 200);
});

test('WebSockets get close 1001 after the time for long-lived connections', async (t) => {
  const worker = await startServing(t, 'ws.cjs');
  const clients = await Promise.all(Array.from({ length: 8 }, () => openWebSocket(worker.port)));
  t.after(() => clients.forEach((client) => client.terminate()));
  await worker.until('they are counted', ({ upgraded }) => upgraded === 8);
  await worker.drain(600_000, 600_000);
  clients[0].send('hello');
  await within('an echo', new Promise((resolve) => clients[0].once('message', resolve)));
  const closed = (client) =>
    new Promise((resolve) => client.once('close', (code) => resolve([code, performance.now()])));
  const closes = clients.map(closed);
  worker.send('drain 3000 0');
  const results = await within('all close frames', Promise.all(closes));
  assert.deepEqual(results.map(([code]) => code), Array(8).fill(1001));
  const times = results.map(([, time]) => time);
  assert.ok(Math.max(...times) - Math.min(...times) > 100, 'they are spread over time');
  const end = await worker.drained();
  assert.equal(end.cut, 0);
  assert.equal(end.upgraded, 0);
  await eventually('the app saw the close', () => worker.output.split('closed with 1001').length === 9, () => worker.output);
});

test('a WebSocket client that reads late is waited for, so that what it sends meanwhile does not cost it the close frame', async (t) => {
  const worker = await startServing(t, 'ws.cjs');
  const client = await openWebSocket(worker.port);
  t.after(() => client.terminate());
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.pause();
  worker.send('drain 60000 0');
  const late = performance.now() + 5_000; // Its turn comes within 2 s, and then a busy machine may hold it up.
  while (performance.now() < late) {
    client.send('still here');
    assert.equal((await worker.status()).drained, false);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  client.resume();
  assert.equal(await within('the close', closed), 1001);
  assert.equal((await worker.drained()).cut, 0);
});

test('an upgrade that the app does not take stays a plain request', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.ask('/', { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA' });
  await connection.expect(/HTTP\/1.1 200 OK[^]*pid \d+/);
  assert.equal((await worker.status()).upgraded, 0);
});

test('at the limit the rest is closed and counted', async (t) => {
  const worker = await startServing(t, 'plain.cjs', { env: { KEEP_ALIVE_TIMEOUT: '600000' } });
  const [slow, idle] = [await RawConnection.to(worker.port), await RawConnection.to(worker.port)];
  slow.ask('/slow');
  idle.ask('/');
  await idle.expect(/pid \d+/);
  await worker.until('both are counted', ({ connections, inflight }) => connections === 2 && inflight === 1);
  await worker.drain(600_000, 0);
  assert.equal((await worker.status()).drained, false);
  worker.send('drain 100 0');
  const end = await worker.drained();
  assert.deepEqual([end.cut, end.inflight, end.connections], [2, 0, 0]);
  await slow.ended();
  await idle.ended();
});

test('a WebSocket gets its close frame even where the limit comes first', async (t) => {
  const worker = await startServing(t, 'ws.cjs');
  const client = await openWebSocket(worker.port);
  t.after(() => client.terminate());
  const closed = new Promise((resolve) => client.once('close', resolve));
  worker.send('drain 50 60000');
  assert.equal(await within('the close', closed), 1001);
  await worker.drained();
});

test('connections that are not HTTP are waited for', async (t) => {
  const worker = await startServing(t, 'raw.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.socket.write('one ');
  await connection.expect(/one /);
  await worker.drain();
  connection.socket.write('two');
  await connection.expect(/two/);
  assert.equal((await worker.status()).drained, false);
  connection.socket.end();
  await worker.drained();
});

test('drained is said exactly once, and drain is for good', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  await worker.get('/');
  await worker.drain();
  await worker.drained();
  worker.send('drain 5 5');
  worker.send('accept');
  await worker.until('a fault', ({ fault }) => /cannot accept on port \d+ again/.test(fault));
  const turns = worker.states.filter((state, i) => state.drained && !worker.states[i - 1]?.drained);
  assert.equal(turns.length, 1);
  const unasked = worker.states.filter((state) => state.drained && state.fault === null);
  assert.equal(unasked.length, 1, 'pushed once, not again and again');
});

test('a worker that never accepted is drained at once', async (t) => {
  const worker = await start(t, 'plain.cjs');
  await worker.listening();
  await worker.drain();
  await worker.drained();
  worker.send('accept');
  await worker.until('a fault', ({ fault }) => /cannot accept/.test(fault));
});

function openWebSocket(port) {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`);
  const opened = new Promise((resolve, reject) => client.once('open', () => resolve(client)).once('error', reject));
  return within('a WebSocket', opened);
}
