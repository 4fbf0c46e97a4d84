import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { load, onlyFailure, serverFor, whoami } from './helper.mjs';

const STREAMS_ONLY = ['--kinds', 'new', '--rate', '2', '--min-requests', '6'];

function sse(res, then) {
  res.setHeader('Content-Type', 'text/event-stream');
  res.write('id: 1\nevent: tick\ndata: {}\n\n');
  res.write('id: 2\nevent: tick\ndata: {}\n\n', then);
}

/** A server whose event streams are treated as `onStream` says. */
function streaming(t, onStream) {
  return serverFor(t, (req, res) => (req.url.startsWith('/api/events') ? onStream(req, res) : whoami(req, res)));
}

test('an event stream that the server ends with its last chunk is no failure', async (t) => {
  const { url } = await streaming(t, (req, res) => sse(res, () => res.end()));
  const report = await load(url, [...STREAMS_ONLY, '--sse', '2']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
  assert.ok(report.kinds.sse.notes['ended by server'] >= 2);
});

test('an event stream without its last chunk: cut', async (t) => {
  const { url } = await streaming(t, (req, res) => sse(res, () => req.socket.end()));
  onlyFailure(await load(url, [...STREAMS_ONLY, '--sse', '2']), 'cut');
});

test('an event that is missing: wrong_body', async (t) => {
  const { url } = await streaming(t, (req, res) => res.write('id: 1\n\nid: 3\n\n'));
  onlyFailure(await load(url, [...STREAMS_ONLY, '--sse', '1']), 'wrong_body');
});

test('an event stream that falls silent: timeout', async (t) => {
  const { url } = await streaming(t, (req, res) => sse(res));
  onlyFailure(await load(url, [...STREAMS_ONLY, '--sse', '1', '--timeout', '300ms']), 'timeout');
});

test('an event stream of many timeouts\' length is no failure while it goes on', async (t) => {
  const { url } = await streaming(t, (req, res) => {
    let id = 0;
    const timer = setInterval(() => res.write(`id: ${(id += 1)}\n\n`), 20);
    res.on('close', () => clearInterval(timer));
  });
  const report = await load(url, [...STREAMS_ONLY, '--sse', '2', '--timeout', '400ms', '--duration', '1500ms']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
  assert.deepEqual(report.kinds.sse.notes, { 'stopped by client': 2 });
});

/** A server whose WebSockets are treated as `onMessage(socket, text)` says. */
async function sockets(t, onMessage) {
  const { server, url } = await serverFor(t, (req, res) => whoami(req, res));
  const open = new Set();
  t.after(() => open.forEach((socket) => socket.destroy()));
  server.on('upgrade', (req, socket) => {
    open.add(socket);
    socket.on('error', () => {});
    const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('data', (data) => {
      if ((data[0] & 0x0f) === 1) onMessage(socket, unmask(data));
    });
  });
  return url;
}

function unmask(data) {
  const mask = data.subarray(2, 6);
  return Buffer.from(data.subarray(6, 6 + (data[1] & 0x7f)).map((byte, i) => byte ^ mask[i % 4])).toString();
}

function textFrame(text) {
  return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
}

test('a WebSocket that the server closes with a frame is no failure, and its code is told', async (t) => {
  const url = await sockets(t, (socket, text) => {
    socket.write(textFrame(text));
    socket.end(Buffer.from([0x88, 2, 0x03, 0xf4])); // 1012, service restart.
  });
  const report = await load(url, [...STREAMS_ONLY, '--ws', '2']);
  assert.equal(report.failed, 0, JSON.stringify(report.samples));
  assert.ok(report.kinds.ws.notes['closed by server (1012)'] >= 2);
});

test('a WebSocket without a close frame: cut', async (t) => {
  const url = await sockets(t, (socket) => socket.destroy());
  onlyFailure(await load(url, [...STREAMS_ONLY, '--ws', '2']), 'cut');
});

test('a wrong echo: wrong_body', async (t) => {
  const url = await sockets(t, (socket) => socket.write(textFrame('something else')));
  onlyFailure(await load(url, [...STREAMS_ONLY, '--ws', '1']), 'wrong_body');
});

test('no echo: timeout', async (t) => {
  const url = await sockets(t, () => {});
  onlyFailure(await load(url, [...STREAMS_ONLY, '--ws', '1', '--timeout', '400ms']), 'timeout');
});
