import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { get, startServer } from './helper.js';

test('says who it is: release, process and slot, and gives the nonce back', async (t) => {
  const { url, program } = await startServer(t, { env: { RELEASE_ID: 'r7', POINTSMAN_SLOT: '2' } });
  const answer = await get(`${url}/api/whoami?nonce=abc`);
  assert.equal(answer.headers['x-release'], 'r7');
  assert.deepEqual(JSON.parse(answer.body), { release: 'r7', pid: program.child.pid, slot: '2', nonce: 'abc' });
});

test('is healthy and names its session store', async (t) => {
  const { url } = await startServer(t);
  const answer = await get(`${url}/health`);
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), { status: 'ok', release: 'r1', sessions: 'memory' });
});

test('answers slowly when asked to', async (t) => {
  const { url } = await startServer(t);
  const before = performance.now();
  const answer = await get(`${url}/api/slow?ms=120`);
  assert.equal(JSON.parse(answer.body).slept, 120);
  assert.ok(performance.now() - before >= 115);
});

test('answers in chunks, every line in its place', async (t) => {
  const { url } = await startServer(t);
  const answer = await get(`${url}/api/chunks?n=5&ms=40`);
  assert.equal(answer.headers['transfer-encoding'], 'chunked');
  assert.equal(answer.body, [1, 2, 3, 4, 5].map((n) => `line ${n} of 5\n`).join(''));
});

test('hashes an upload', async (t) => {
  const { url } = await startServer(t);
  const body = randomBytes(700_001);
  const response = await fetch(`${url}/api/upload`, { method: 'POST', body });
  const { bytes, sha256 } = await response.json();
  assert.equal(bytes, body.length);
  assert.equal(sha256, createHash('sha256').update(body).digest('hex'));
});

test('refuses an upload beyond its limit', async (t) => {
  const { url } = await startServer(t);
  const body = Buffer.alloc(64 * 1024 * 1024 + 1);
  const status = await fetch(`${url}/api/upload`, { method: 'POST', body }).then(
    (response) => response.status,
    () => 'cut while sending', // The server need not read the rest of what it has refused.
  );
  assert.ok(status === 413 || status === 'cut while sending', String(status));
  assert.equal((await get(`${url}/health`)).status, 200);
});

test('streams numbered events', async (t) => {
  const { url } = await startServer(t);
  const response = await fetch(`${url}/api/events?every=50`);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  let text = '';
  for await (const piece of response.body) {
    text += Buffer.from(piece).toString();
    if (text.includes('id: 3\n')) break;
  }
  assert.match(text, /^id: 1\nevent: tick\ndata: \{.*"release":"r1".*\}\n\nid: 2\n/);
});

test('echoes text and bytes over a WebSocket', async (t) => {
  const { port } = await startServer(t);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  t.after(() => socket.terminate());
  const echoed = [];
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send('hello');
      socket.send(Buffer.from([1, 2, 3]));
    });
    socket.on('message', (data, isBinary) => {
      echoed.push(isBinary ? [...data] : data.toString());
      if (echoed.length === 2) resolve();
    });
  });
  assert.deepEqual(echoed, ['hello', [1, 2, 3]]);
});

test('counts the visits of one session, and starts anew without its cookie', async (t) => {
  const { url } = await startServer(t);
  const first = await get(`${url}/api/session`);
  const cookie = first.headers['set-cookie'][0].split(';')[0];
  const second = await get(`${url}/api/session`, { cookie });
  const stranger = await get(`${url}/api/session`);
  assert.deepEqual([first, second, stranger].map((answer) => JSON.parse(answer.body).views), [1, 2, 1]);
});

test('answers 404 in JSON for what is not there', async (t) => {
  const { url } = await startServer(t);
  const answer = await get(`${url}/api/nothing`, { accept: 'text/html' });
  assert.equal(answer.status, 404);
  assert.deepEqual(JSON.parse(answer.body), { error: 'nothing here: GET /api/nothing' });
});
