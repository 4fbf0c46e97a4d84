// What stays open: event streams and WebSockets. They may be ended by the server, in order; they may not be cut.
import { createHash, randomBytes } from 'node:crypto';
import { Connection } from './connection.mjs';
import { Failure } from './failure.mjs';
import { sleep } from './pace.mjs';
import { between, head } from './requests.mjs';
import { checkStatus } from './traffic.mjs';
import { WebSocketSession } from './websocket.mjs';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3.

/** Keeps `sse` event streams and `ws` WebSockets open until `signal` aborts; each is opened anew when it ends. */
export function runStreams({ sse, ws, ...options }) {
  const lanes = [...Array.from({ length: sse }, () => eventStream), ...Array.from({ length: ws }, () => webSocket)];
  return Promise.all(lanes.map((open) => reopen(open, options)));
}

async function reopen(open, options) {
  const kind = open === eventStream ? 'sse' : 'ws';
  while (!options.signal.aborted) {
    const stream = { firstMs: 0 };
    try {
      const word = await open(options, stream);
      options.tally.streamed(kind, stream.firstMs, word);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Torn after it began: that is what this kind of traffic is here to tell from an ordinary failed request.
      const torn = stream.firstMs > 0 && error.kind === 'truncated';
      options.tally.failedWith(kind, torn ? new Failure('cut', error.message) : error, stream);
    }
    await sleep(between(50, 300), options.signal); // As clients do, so that a restart meets no stampede.
  }
}

/** One event stream to its end; the events must be numbered without a gap. */
async function eventStream({ host, port, timeoutMs, signal }, stream) {
  const started = performance.now();
  const connection = new Connection(host, port);
  stream.trace = connection.trace;
  let text = '';
  let last = 0;
  const onBody = (piece) => {
    stream.firstMs ||= performance.now() - started;
    text += piece.toString('latin1');
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const id = Number(/^id: (\d+)$/m.exec(event)?.[1]);
      if (id !== last + 1) throw new Failure('wrong_body', `event ${id} after event ${last}`);
      last = id;
    }
  };
  const write = (socket) => socket.write(head('GET', '/api/events?every=250', `${host}:${port}`, false, ['Accept: text/event-stream']));
  const exchange = connection.exchange(write, { timeoutMs, onBody });
  const response = await stoppable(exchange, signal, () => connection.close());
  if (response === STOPPED) return 'stopped by client';
  stream.release = response.headers.get('x-release');
  checkStatus(response);
  return 'ended by server';
}

/** One WebSocket to its close frame; every message must be echoed, in order. */
async function webSocket({ host, port, timeoutMs, signal }, stream) {
  const started = performance.now();
  const connection = new Connection(host, port);
  stream.trace = connection.trace;
  const key = randomBytes(16).toString('base64');
  const upgrade = ['GET /ws HTTP/1.1', `Host: ${host}:${port}`, 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13'];
  const response = await connection.exchange((socket) => socket.write(`${upgrade.join('\r\n')}\r\n\r\n`), { timeoutMs });
  if (response.status !== 101) {
    checkStatus(response);
    throw new Failure('wrong_body', `${response.status} instead of 101`);
  }
  const accept = createHash('sha1').update(key + MAGIC).digest('base64');
  if (response.headers.get('sec-websocket-accept') !== accept) throw new Failure('wrong_body', 'Sec-WebSocket-Accept is wrong');
  stream.firstMs = performance.now() - started;
  const session = new WebSocketSession(connection.detach(), { timeoutMs });
  const code = await stoppable(session.run(), signal, () => session.close());
  return code === STOPPED ? 'stopped by client' : `closed by server (${code})`;
}

const STOPPED = Symbol('stopped');

/** What `promise` gives, or STOPPED when the run ended first. */
async function stoppable(promise, signal, stop) {
  let onAbort;
  const aborted = new Promise((resolve) => {
    onAbort = () => resolve(STOPPED);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
  });
  try {
    const first = await Promise.race([promise, aborted]);
    if (first === STOPPED) stop();
    return first;
  } finally {
    signal.removeEventListener('abort', onAbort);
    promise.catch(() => {}); // Given up by the stop: its end is of no interest.
  }
}
