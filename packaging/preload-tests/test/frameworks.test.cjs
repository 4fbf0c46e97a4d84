'use strict';
// The whole life of a worker, for apps written with everything people use. Not one line of these apps knows pointsman.

const test = require('node:test');
const assert = require('node:assert/strict');
const https = require('node:https');
const { eventually, start } = require('../harness.cjs');
const { certificate } = require('../certificate.cjs');

const APPS = [
  ['node:http', 'plain.cjs'],
  ['Express 4', 'express4.cjs'],
  ['Express 5', 'express5.mjs'],
  ['Fastify 5, on every address of localhost', 'fastify.mjs', { exit: { code: 0, signal: null } }],
  ['Koa', 'koa.cjs'],
  ['an app with ws', 'ws.cjs'],
  ['an ES module', 'esm.mjs'],
  ['an app that closes gracefully by itself', 'graceful.cjs', { exit: { code: 0, signal: null } }],
  ['an app with worker threads', 'threads.cjs'],
  ['an app that listens on descriptor 3', 'inherits.cjs'],
  ['https', 'https.cjs', { tls: true }],
  ['HTTP/2 with TLS, used by HTTP/1.1', 'http2.cjs', { tls: true }],
];

for (const [name, app, { exit = { code: null, signal: 'SIGTERM' }, tls = false } = {}] of APPS) {
  test(`${name}: gate, service, drain and stop`, async (t) => {
    const worker = await start(t, app, { env: tls ? certificate(t) : {} });
    const publicly = (url) => worker.get(url, tls ? { module: https, rejectUnauthorized: false } : {});
    const privately = (url) => worker.probe(url, tls ? { socketPath: worker.file('plain.sock') } : {});
    await worker.until('ready', (state) => state.ready && state.listening && !state.accepting);

    let answeredEarly = false;
    const early = publicly('/early').finally(() => (answeredEarly = true));
    for (let i = 0; i < 5; i++) assert.equal((await privately('/')).body, `pid ${worker.pid}`);
    assert.equal(answeredEarly, false, 'a public request was answered before accept');

    await worker.accept();
    assert.equal((await early).body, `pid ${worker.pid}`);
    assert.equal((await publicly('/')).status, 200);

    const slow = publicly('/slow');
    await worker.until('the slow request is counted', (state) => state.requests === 3 && state.inflight === 1);
    await worker.drain();
    assert.equal(worker.last.drained, false);
    await privately('/release');
    const answer = await slow;
    assert.equal(answer.body, 'slow');
    assert.equal(answer.headers.connection, 'close');
    const end = await worker.drained();
    assert.deepEqual(
      { accepting: end.accepting, inflight: end.inflight, connections: end.connections, cut: end.cut, fault: end.fault },
      { accepting: false, inflight: 0, connections: 0, cut: 0, fault: null },
    );

    let refused = false;
    const late = publicly('/late').catch(() => (refused = true));
    assert.equal((await privately('/')).status, 200, 'a drained worker still answers probes');
    assert.equal(refused, false, 'the shared socket goes on queueing for the other workers');
    assert.deepEqual(await worker.kill('SIGTERM'), exit);
    worker.shared.handle.close();
    await eventually('the queued request ends with the socket', () => refused);
    await late;
  });
}
