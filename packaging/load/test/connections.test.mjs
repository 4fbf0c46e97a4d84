// What a real client would not trip over must not be counted against the server.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Connection } from '../lib/connection.mjs';
import { load, serverFor, whoami } from './helper.mjs';

const GET = (socket) => socket.write('GET /api/whoami HTTP/1.1\r\nHost: x\r\n\r\n');

test('a connection that was closed while idle is not used again', async (t) => {
  const { url } = await serverFor(t, (req, res) => {
    whoami(req, res);
    res.on('finish', () => req.socket.end()); // A FIN behind every answer, though the answer promised more.
  });
  const report = await load(url, ['--kinds', 'pool']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
});

test('"Connection: close" is obeyed', async (t) => {
  let connections = 0;
  const { url, server } = await serverFor(t, (req, res) => {
    res.setHeader('Connection', 'close');
    whoami(req, res);
  });
  server.on('connection', () => (connections += 1));
  const report = await load(url, ['--kinds', 'keepalive']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
  assert.equal(connections, report.requests);
});

test('a kept connection is really kept', async (t) => {
  let connections = 0;
  const { url, server } = await serverFor(t, (req, res) => whoami(req, res));
  server.on('connection', () => (connections += 1));
  const report = await load(url, ['--kinds', 'keepalive', '--min-requests', '60']);
  assert.ok(connections * 5 < report.requests, `${connections} connections for ${report.requests} requests`);
});

test('a connection is not used in the last second before the server said it would close it', async (t) => {
  const { server } = await serverFor(t, (req, res) => whoami(req, res));
  const connection = new Connection('127.0.0.1', server.address().port);
  t.after(() => connection.close());
  server.keepAliveTimeout = 1_000; // Announced as "timeout=1": no time is left that is safe.
  await connection.exchange(GET, { timeoutMs: 5_000 });
  assert.equal(await connection.isReusable(), false);
  server.keepAliveTimeout = 60_000;
  const longer = new Connection('127.0.0.1', server.address().port);
  t.after(() => longer.close());
  await longer.exchange(GET, { timeoutMs: 5_000 });
  assert.equal(await longer.isReusable(), true);
});

test('bytes that nobody asked for end the connection', async (t) => {
  const server = createServer((socket) => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    socket.on('error', () => {}).once('data', () => socket.write(`${answer}HTTP/1.1 408 Request Timeout\r\n\r\n`));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const connection = new Connection('127.0.0.1', server.address().port);
  assert.equal((await connection.exchange(GET, { timeoutMs: 5_000 })).status, 200);
  assert.equal(await connection.isReusable(), false);
});
