'use strict';
// HTTP/2 connections: many requests at once on one connection, ended by GOAWAY.

const test = require('node:test');
const assert = require('node:assert/strict');
const http2 = require('node:http2');
const { eventually, startServing, within } = require('../harness.cjs');
const { certificate } = require('../certificate.cjs');

function connect(t, url, options) {
  const session = http2.connect(url, options);
  session.on('error', () => {});
  t.after(() => session.destroy());
  return session;
}

function request(session, path) {
  const stream = session.request({ ':path': path });
  stream.setEncoding('utf8');
  let body = '';
  stream.on('data', (text) => (body += text));
  const ended = new Promise((resolve, reject) => stream.once('end', () => resolve(body)).once('error', reject));
  return within(`an answer to ${path}`, ended);
}

for (const mode of ['plain', 'tls']) {
  test(`GOAWAY at drain, and streams under way end as usual (${mode})`, async (t) => {
    const worker = await startServing(t, 'http2.cjs', { env: { MODE: mode, ...certificate(t) } });
    const url = mode === 'plain' ? `http://127.0.0.1:${worker.port}` : `https://127.0.0.1:${worker.port}`;
    const session = connect(t, url, { rejectUnauthorized: false });
    assert.equal(await request(session, '/'), `pid ${worker.pid}`);
    const goaway = new Promise((resolve) => session.once('goaway', resolve));
    const slow = request(session, '/slow');
    await worker.until('counted by streams', (state) => state.requests === 2 && state.inflight === 1 && state.connections === 1);
    await worker.drain();
    assert.equal(await within('GOAWAY', goaway), 0);
    assert.equal((await worker.status()).drained, false);
    const door = mode === 'plain' ? 'app.sock' : 'plain.sock';
    const probe = connect(t, 'http://probe', { createConnection: () => require('node:net').connect(worker.file(door)) });
    assert.equal(await request(probe, '/release'), 'released');
    assert.equal(await slow, 'slow');
    assert.equal((await worker.drained()).cut, 0);
  });
}

test('an idle HTTP/2 connection ends at drain', async (t) => {
  const worker = await startServing(t, 'http2.cjs', { env: { MODE: 'plain' } });
  const session = connect(t, `http://127.0.0.1:${worker.port}`);
  await request(session, '/');
  await worker.drain();
  await worker.drained();
  await eventually('the client sees it', () => session.closed || session.destroyed);
});

test('event streams over HTTP/2 are ended in order', async (t) => {
  const worker = await startServing(t, 'http2.cjs', { env: { MODE: 'plain' } });
  const session = connect(t, `http://127.0.0.1:${worker.port}`);
  const stream = session.request({ ':path': '/events' }).setEncoding('utf8');
  const ended = new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  await within('an event', new Promise((resolve) => stream.once('data', resolve)));
  await worker.drain(2_000, 0);
  await within('the end of the stream', ended);
  assert.equal((await worker.drained()).cut, 0);
});

test('an HTTP/2 stream that does not end is cut at the limit', async (t) => {
  const worker = await startServing(t, 'http2.cjs', { env: { MODE: 'plain' } });
  const session = connect(t, `http://127.0.0.1:${worker.port}`);
  const slow = request(session, '/slow').catch((error) => error);
  await worker.until('in flight', ({ inflight }) => inflight === 1);
  await worker.drain(100, 100);
  assert.equal((await worker.drained()).cut, 1);
  await slow;
});
