'use strict';
// The app's own server on a managed port. It listens on a private socket without knowing it, and gets its public
// connections handed over. This file watches its connections and answers, and makes its closing lose nothing.

const { Connection, Answer } = require('./connection.cjs');
const closeHeader = require('./close-header.cjs');

const IDLE_AFTER_CLOSE_MS = 5_000; // What idle connections get after the app's close(): Node's own keep-alive timeout.
const BUSY_AFTER_FORCE_MS = 2_000; // What answers under way get after the app's closeAllConnections().
const LOOPBACK = { remoteAddress: '127.0.0.1', remoteFamily: 'IPv4', remotePort: 0, localAddress: '127.0.0.1' };

class AppServer {
  connections = new Set();
  /** True once no further request is wanted: the worker drains, or the app closed the server itself. */
  closing = false;
  #idleExpired = false;
  #status;
  #onClosing;
  #onFewer;

  /** `onClosing` is called when the app itself closes `server`; `onFewer` whenever a public connection has ended. */
  constructor(server, asked, status, { onClosing, onFewer }) {
    this.server = server;
    this.asked = asked;
    this.#status = status;
    this.#onClosing = onClosing;
    this.#onFewer = onFewer;
    closeHeader.install();
    server.address = () => (server.listening ? addressOf(asked) : null);
    this.#watchEvents();
    this.#patchClosing();
  }

  get publicConnections() {
    return [...this.connections].filter((connection) => connection.isPublic);
  }

  /** Registers a connection, before the app hears of it. */
  open(socket, isPublic) {
    const connection = new Connection(socket, isPublic);
    this.connections.add(connection);
    if (isPublic) this.#status.add('connections', 1);
    else disguise(socket, this.asked.port);
    socket.once('close', () => this.#closed(connection));
    return connection;
  }

  /** From now on every connection is on its last answer. Idle ones stay open for the request that may be arriving. */
  lastCall() {
    this.closing = true;
    for (const { session } of this.publicConnections) session?.close(); // GOAWAY; streams under way end as usual.
  }

  // Overriding `emit` and not adding listeners, because listeners change how Node behaves: with one for `upgrade` it no
  // longer answers an unwanted upgrade as the plain request it is, with one for `request` HTTP/2 answers twice.
  #watchEvents() {
    const { server } = this;
    const own = Object.hasOwn(server, 'emit') ? server.emit : null;
    server.emit = (event, ...args) => {
      this.#status.guard('cannot follow the app server', () => this.#observe(event, args));
      return (own ?? Object.getPrototypeOf(server).emit).call(server, event, ...args);
    };
  }

  #observe(event, args) {
    switch (event) {
      case 'connection':
        if (!Connection.of(args[0])) this.open(args[0], false);
        break;
      case 'secureConnection':
        this.#secured(args[0]);
        break;
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        this.#requested(...args);
        break;
      case 'upgrade':
      case 'connect':
        this.#takenOver(...args);
        break;
      case 'session':
        Connection.of(args[0].socket)?.carries(args[0]);
        break;
      case 'stream':
        this.#streamBegan(...args);
        break;
    }
  }

  #secured(socket) {
    const connection = Connection.of(socket) ?? this.open(socket, false);
    connection.socket = socket; // The one to end it by.
    if (!connection.isPublic) disguise(socket, this.asked.port);
  }

  #requested(request, response) {
    if (request.httpVersionMajor >= 2 || Answer.of(response)) return; // HTTP/2 is followed by its streams.
    this.#answering(Connection.of(request.socket), response);
  }

  #answering(connection, response) {
    if (!connection) return;
    const answer = new Answer(connection, response, this);
    if (connection.isPublic) {
      this.#status.add('requests', 1);
      this.#status.add('inflight', 1);
    }
    response.once('close', () => this.#answered(answer));
  }

  #answered(answer) {
    const { connection } = answer;
    if (!connection.answers.delete(answer)) return;
    if (connection.isPublic) this.#status.add('inflight', -1);
    if (this.#idleExpired && connection.isIdle) connection.closeSoon();
  }

  #takenOver(request, socket) {
    const connection = Connection.of(socket);
    if (!connection || connection.takenOver) return;
    const isWebSocket = /^websocket$/i.test(request.headers.upgrade ?? '');
    connection.takenOver = { socket, isWebSocket, writtenBefore: socket.bytesWritten };
    connection.used = true;
    if (!connection.isPublic) return;
    this.#status.add('requests', 1);
    this.#status.add('upgraded', 1);
  }

  /** A session that only began after the last call is closed by its first request, which is answered. */
  #streamBegan(stream) {
    const connection = Connection.ofSession(stream.session);
    this.#answering(connection, stream);
    if (this.closing && connection?.isPublic) stream.session.close();
  }

  #closed(connection) {
    for (const answer of connection.answers) this.#answered(answer);
    this.connections.delete(connection);
    if (!connection.isPublic) return;
    if (connection.takenOver) this.#status.add('upgraded', -1);
    this.#status.add('connections', -1);
    this.#onFewer();
  }

  // An app that stops by itself calls close() on SIGTERM and exits in its callback. Plain Node then either cuts idle
  // connections, on which a request may be arriving, or waits for ever for the busy ones, which are never told to close.
  #patchClosing() {
    const { server } = this;
    const { close, closeIdleConnections, closeAllConnections } = server;
    server.close = (callback) => {
      this.#status.guard('cannot close in order', () => this.#appCloses());
      return close.call(server, callback);
    };
    if (!closeIdleConnections) return;
    server.closeIdleConnections = () => this.#unlessClosing(() => closeIdleConnections.call(server));
    server.closeAllConnections = () => {
      this.#unlessClosing(
        () => closeAllConnections.call(server),
        () => setTimeout(() => closeAllConnections.call(server), BUSY_AFTER_FORCE_MS).unref(),
      );
    };
  }

  /** Apps call these next to close(), before or after it; then they wait until nothing can be lost by them. */
  #unlessClosing(action, otherwise = () => {}) {
    setImmediate(() => (this.closing ? otherwise() : action()));
  }

  #appCloses() {
    if (!this.server.listening) return;
    this.lastCall();
    this.#onClosing();
    for (const connection of this.connections) {
      if (!connection.isPublic && connection.isIdle) connection.closeSoon();
    }
    setTimeout(() => this.#expireIdle(), IDLE_AFTER_CLOSE_MS).unref();
  }

  #expireIdle() {
    this.#idleExpired = true;
    for (const connection of this.connections) {
      if (connection.isIdle) connection.closeSoon();
    }
  }
}

/** What address() answers: as if the server listened where the app asked it to. */
function addressOf({ port, host }) {
  const address = host === 'localhost' ? '127.0.0.1' : host || '::';
  return { address, family: address.includes(':') ? 'IPv6' : 'IPv4', port };
}

/** A probe comes over a Unix socket, which has no addresses; apps take it for granted that a client has one. */
function disguise(socket, localPort) {
  for (const [name, value] of Object.entries({ ...LOOPBACK, localPort })) {
    Object.defineProperty(socket, name, { value, configurable: true });
  }
}

module.exports = { AppServer, addressOf };
