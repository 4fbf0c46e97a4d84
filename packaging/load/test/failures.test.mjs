// A load client that cannot see failures is worthless: each kind is provoked and must be counted as that kind.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { load, onlyFailure, serverFor, whoami } from './helper.mjs';

test('counts nothing as failed against a server that is right', async (t) => {
  const { url } = await serverFor(t, (req, res) => whoami(req, res));
  const report = await load(url, ['--kinds', 'new,keepalive,pool']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
  assert.ok(report.requests >= 20);
  assert.deepEqual(Object.keys(report.releases), ['r1']);
});

test('nobody listens: refused', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const report = await load(`http://127.0.0.1:${port}`, ['--kinds', 'new']);
  onlyFailure(report, 'refused');
  assert.equal(report.failed, report.requests, 'without a server every request fails');
});

test('a fresh connection is reset: reset', async (t) => {
  const { url } = await serverFor(t, (req) => req.socket.resetAndDestroy());
  onlyFailure(await load(url, ['--kinds', 'new']), 'reset');
});

test('a fresh connection is closed without an answer: reset', async (t) => {
  const { url } = await serverFor(t, (req) => req.socket.destroy());
  onlyFailure(await load(url, ['--kinds', 'new']), 'reset');
});

for (const [how, end] of [['reset', (socket) => socket.resetAndDestroy()], ['closed', (socket) => socket.destroy()]]) {
  test(`a kept connection is ${how} when it is used again: reset_idle`, async (t) => {
    const { url } = await serverFor(t, (req, res, nth) => (nth === 1 ? whoami(req, res) : end(req.socket)));
    const report = await load(url, ['--kinds', 'keepalive']);
    onlyFailure(report, 'reset_idle');
    assert.ok(report.failed < report.requests, 'the first request of each connection was answered');
  });
}

test('the connection is cut within a body of known length: truncated', async (t) => {
  const { url } = await serverFor(t, (req, res) => {
    res.setHeader('Content-Length', '100');
    res.write('{"nonce":', () => req.socket.destroy());
  });
  onlyFailure(await load(url, ['--kinds', 'new']), 'truncated');
});

test('a chunked body lacks its last chunk: truncated', async (t) => {
  const { url } = await serverFor(t, (req, res) => res.write('line 1 of 2\n', () => req.socket.end()));
  onlyFailure(await load(url, ['--kinds', 'chunked']), 'truncated');
});

test('the server stalls before the answer: timeout', async (t) => {
  const { url } = await serverFor(t, () => {});
  const report = await load(url, ['--kinds', 'new', '--timeout', '150ms', '--min-requests', '4']);
  onlyFailure(report, 'timeout');
  assert.match(report.samples[0].detail, /^no answer after 150 ms/);
});

test('the server stalls within the answer: timeout', async (t) => {
  const { url } = await serverFor(t, (req, res) => res.write('half'));
  const report = await load(url, ['--kinds', 'new', '--timeout', '150ms', '--min-requests', '4']);
  onlyFailure(report, 'timeout');
  assert.match(report.samples[0].detail, /^the answer is incomplete/);
});

test('status 503: http_5xx, with the release that gave it', async (t) => {
  const { url } = await serverFor(t, (req, res) => {
    res.setHeader('X-Release', 'r3');
    res.statusCode = 503;
    res.end('out of order');
  });
  const report = await load(url, ['--kinds', 'keepalive']);
  onlyFailure(report, 'http_5xx');
  assert.equal(report.samples[0].release, 'r3');
  assert.equal(report.releases.r3.answers, report.requests);
});

test('status 404 and 302: http_other', async (t) => {
  let odd = false;
  const { url } = await serverFor(t, (req, res) => {
    res.statusCode = (odd = !odd) ? 404 : 302;
    res.end();
  });
  onlyFailure(await load(url, ['--kinds', 'new']), 'http_other');
});

test('the answer to another request: wrong_body', async (t) => {
  let former = 'none';
  const { url } = await serverFor(t, (req, res) => {
    const nonce = new URL(req.url, 'http://x').searchParams.get('nonce');
    res.end(JSON.stringify({ nonce: former }));
    former = nonce;
  });
  onlyFailure(await load(url, ['--kinds', 'keepalive']), 'wrong_body');
});

test('an upload of which a byte is lost: wrong_body', async (t) => {
  const { url } = await serverFor(t, (req, res) => {
    let bytes = 0;
    req.on('data', (piece) => (bytes += piece.length));
    req.on('end', () => res.end(JSON.stringify({ bytes: bytes - 1, sha256: 'x' })));
  });
  onlyFailure(await load(url, ['--kinds', 'upload', '--min-requests', '4']), 'wrong_body');
});

test('an upload that is answered with 503 before it is all sent: http_5xx, and no later request suffers', async (t) => {
  const { url } = await serverFor(t, (req, res) => {
    if (req.method !== 'POST') return whoami(req, res);
    res.statusCode = 503;
    res.end('full');
  });
  const report = await load(url, ['--kinds', 'upload,keepalive']);
  onlyFailure(report, 'http_5xx');
  assert.equal(report.kinds.keepalive.failed, 0);
});

test('something that is not HTTP: wrong_body', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('SSH-2.0-nonsense\r\n\r\n')));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  onlyFailure(await load(`http://127.0.0.1:${server.address().port}`, ['--kinds', 'new']), 'wrong_body');
});

test('one failure among many successes is not lost', async (t) => {
  let requests = 0;
  const { url } = await serverFor(t, (req, res) => {
    requests += 1;
    if (requests === 50) return req.socket.resetAndDestroy();
    whoami(req, res);
  });
  const report = await load(url, ['--kinds', 'new', '--min-requests', '120', '--rate', '300']);
  assert.equal(report.failed, 1);
  assert.deepEqual(report.failures, { reset: 1 });
});
