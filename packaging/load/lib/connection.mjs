// One TCP connection that carries one request at a time, and knows which way it failed.
import { connect } from 'node:net';
import { Failure } from './failure.mjs';
import { ResponseReader } from './response.mjs';

const CLIENT_FAULTS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EACCES']);
/** As connection pools do: not used in the last second before the time at which the server said it would close. */
const HINT_MARGIN_MS = 1_000;

/**
 * A connection to `host:port`, opened by its first request. `trace` tells whose it was, for whoever has to explain a failure:
 * its own port, when it was opened and last asked (by performance.now()), and the worker that its answers named.
 */
export class Connection {
  constructor(host, port) {
    this.host = host;
    this.port = port;
    this.answered = 0;
    this.open = true;
    this.exchangeInProgress = null;
    this.idleUntil = Infinity;
    this.trace = { localPort: null, openedAt: null, sentAt: null, worker: null };
  }

  /**
   * Sends the request that `write(socket)` writes and reads its answer. Rejects with a Failure; never tries again.
   * `timeoutMs` is for the whole answer or, where `onBody` takes the pieces of an endless one, from piece to piece.
   */
  exchange(write, { timeoutMs, onBody } = {}) {
    if (this.exchangeInProgress) throw new Error('one request at a time');
    return new Promise((resolve, reject) => {
      const reader = new ResponseReader(onBody);
      const timer = setTimeout(() => {
        const state = !this.connected ? 'not even connected' : reader.begun ? 'the answer is incomplete' : 'no answer';
        this.fail(new Failure('timeout', `${state} after ${timeoutMs} ms`));
      }, timeoutMs);
      this.exchangeInProgress = {
        reader,
        heard: () => onBody && timer.refresh(),
        succeed: (response) => (clearTimeout(timer), resolve(response)),
        fail: (failure) => (clearTimeout(timer), reject(failure)),
      };
      if (!this.socket) this.dial();
      this.trace.sentAt = performance.now();
      write(this.socket);
    });
  }

  /**
   * Whether another request may be sent. Waits for one turn of the event loop, in which an end that the kernel has
   * already received is seen: a connection known to be closed is not used again, as no real pool would.
   */
  async isReusable() {
    if (!this.mayBeReused()) return false;
    await new Promise((resolve) => setImmediate(resolve));
    return this.mayBeReused();
  }

  mayBeReused() {
    return this.open && this.answered > 0 && performance.now() < this.idleUntil;
  }

  /** The bare socket of a connection that changed its protocol, and what was read beyond the answer. */
  detach() {
    for (const event of ['data', 'end', 'error', 'close']) this.socket.removeAllListeners(event);
    this.open = false;
    return { socket: this.socket, rest: this.rest };
  }

  /** Closes it from this side; an exchange that is under way is given up without a word. */
  close() {
    this.open = false;
    this.socket?.destroy();
  }

  dial() {
    this.connected = false;
    this.trace.openedAt = performance.now();
    this.socket = connect({ host: this.host, port: this.port, noDelay: true });
    this.socket.on('connect', () => {
      this.connected = true;
      this.trace.localPort = this.socket.localPort;
    });
    this.socket.on('data', (data) => this.onData(data));
    this.socket.on('end', () => this.onEnd());
    this.socket.on('error', (error) => this.onError(error));
    this.socket.on('close', () => this.onEnd());
  }

  onData(data) {
    const exchange = this.exchangeInProgress;
    if (!exchange) return this.close(); // Nobody asked: say, a 408 for an idle connection.
    try {
      exchange.heard();
      const rest = exchange.reader.feed(data);
      if (exchange.reader.complete) this.finish(rest);
    } catch (error) {
      this.fail(error instanceof Failure ? error : new Failure('wrong_body', error.message, { cause: error }));
    }
  }

  onEnd() {
    const exchange = this.exchangeInProgress;
    this.open = false;
    if (!exchange) return this.socket.destroy();
    exchange.reader.end();
    if (exchange.reader.complete) return this.finish(Buffer.alloc(0));
    this.fail(this.broken('closed'));
  }

  onError(error) {
    this.open = false;
    if (!this.exchangeInProgress) return;
    if (!this.connected && error.code === 'ECONNREFUSED') return this.fail(new Failure('refused', error.message));
    if (!this.connected && error.code === 'ETIMEDOUT') return this.fail(new Failure('timeout', error.message));
    if (!this.connected && CLIENT_FAULTS.has(error.code)) return this.fail(new Failure('client_fault', error.message));
    this.fail(this.broken(error.code ?? error.message));
  }

  broken(how) {
    const { reader } = this.exchangeInProgress;
    if (reader.begun) return new Failure('truncated', `${how} in the middle of the answer (status ${reader.status || 'not yet there'})`);
    if (this.answered > 0) return new Failure('reset_idle', `${how} at request ${this.answered + 1} of a kept connection`);
    return new Failure('reset', `${how} before any answer`);
  }

  finish(rest) {
    const { reader, succeed } = this.exchangeInProgress;
    this.exchangeInProgress = null;
    this.answered += 1;
    this.trace.worker = reader.headers.get('x-worker') ?? this.trace.worker;
    this.rest = rest;
    if (reader.status !== 101 && (!reader.keepsAlive || rest.length > 0)) this.close();
    const hint = reader.keepAliveHint;
    this.idleUntil = hint === null ? Infinity : performance.now() + Math.max(0, hint * 1_000 - HINT_MARGIN_MS);
    succeed(reader);
  }

  fail(failure) {
    const exchange = this.exchangeInProgress;
    if (!exchange) return;
    this.exchangeInProgress = null;
    this.trace.worker = exchange.reader.headers?.get('x-worker') ?? this.trace.worker;
    this.close();
    exchange.fail(failure);
  }
}
