'use strict';
// One managed port: the shared listening socket that the worker inherited, and the app's server that is to serve it.

const net = require('node:net');
const fs = require('node:fs');
const { AppServer, addressOf } = require('./app-server.cjs');
const { ClusterListener } = require('./cluster-app.cjs');

const PRIVATE_MODE = 0o600;
/** How a net.Server treats the connections it accepts; the hidden listener accepts exactly as the app's server would. */
const ACCEPT_OPTIONS = [
  'allowHalfOpen',
  'pauseOnConnect',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
  'highWaterMark',
  'blockList',
];

class ManagedPort {
  /** The app's server that serves this port now. */
  app = null;
  /** All servers that did, while they still have connections. */
  #served = new Set();
  #cluster = null;
  #hidden = null; // Accepts on the shared socket for the app's server.
  #door = null; // Lets the agent probe a TLS server without TLS.
  #spares = 0;
  #accepting = false;
  #acceptWanted = false;
  #draining = false;
  #descriptorIsOpen = true;
  #listen;
  #close;
  #status;
  #changed;

  /**
   * `settings`: number, descriptor, backlog; privatePath, doorPath, sparePath (a function of a count).
   * `listen` and `close` are net.Server's unpatched methods; `changed` is called on every change of state.
   */
  constructor(settings, { listen, close }, status, changed) {
    this.settings = settings;
    this.#listen = listen;
    this.#close = close;
    this.#status = status;
    this.#changed = changed;
    this.#checkDescriptor();
  }

  get listening() {
    return this.#cluster?.listening ?? this.app?.server.listening ?? false;
  }

  get accepting() {
    return this.#cluster?.listening ?? this.#accepting;
  }

  get inCluster() {
    return this.#cluster !== null;
  }

  /** The inherited socket's descriptor, or null when it was closed. */
  get descriptor() {
    return this.#descriptorIsOpen ? this.settings.descriptor : null;
  }

  get publicConnections() {
    return [...this.#served].flatMap((app) => app.publicConnections);
  }

  get isQuiet() {
    return this.publicConnections.length === 0 && (this.#cluster?.isQuiet ?? true);
  }

  /** Stands in for `server.listen(...)`. `asked` is what the app wanted: port, host, backlog, signal, callback. */
  serve(server, asked) {
    if (isClusterListener(server) && !this.#draining) return this.#serveCluster(server, asked);
    if (this.app || this.#cluster) return this.#spare(server, asked);
    const app = new AppServer(server, asked, this.#status, {
      onClosing: () => this.#appCloses(server),
      onFewer: this.#changed,
    });
    this.app = app;
    this.#served.add(app);
    if (this.#draining) app.lastCall();
    // Not at once: some apps open a server only to see whether the port is free, and close it when they hear that it is.
    server.once('listening', () => setImmediate(() => this.#appListens(app)));
    server.once('close', () => this.#served.delete(app));
    this.#listenPrivately(server, this.settings.privatePath, asked);
    if (!server.listening) this.#appCloses(server); // It failed; the app hears of it by 'error' and may try again.
    return server;
  }

  /** Serves the shared socket, now or as soon as the app listens. */
  accept() {
    const { app } = this;
    this.#acceptWanted = true;
    if (this.#draining || !this.#descriptorIsOpen) {
      this.#status.fault(
        `cannot accept on port ${this.settings.number} again: this worker drained, or its app closed the server; ` +
          'replace the worker',
      );
      return;
    }
    if (!app?.server.listening || this.#hidden || this.#cluster) return;
    this.#hidden = this.#hiddenListener(app);
    this.#hidden.once('listening', () => {
      this.#accepting = true;
      this.#changed();
    });
    this.#listen.call(this.#hidden, { fd: this.settings.descriptor }, this.settings.backlog ?? app.asked.backlog);
    if (app.server._unref) this.#hidden.unref();
  }

  /** Takes no new connection, for good, and tells the ones there are. */
  lastCall() {
    this.#draining = true;
    this.#stopAccepting();
    this.#cluster?.disconnect(this.#changed);
    for (const app of this.#served) app.lastCall();
  }

  /** Counts what is left and cuts it. */
  cutRest() {
    const workers = this.#cluster?.abandon() ?? 0;
    return workers + this.publicConnections.filter((connection) => connection.cut()).length;
  }

  #checkDescriptor() {
    const { number, descriptor } = this.settings;
    this.#status.guard(`cannot use descriptor ${descriptor} for port ${number}`, () => {
      if (!fs.fstatSync(descriptor).isSocket()) throw new Error('it is not a socket');
    });
  }

  #appListens(app) {
    if (this.app !== app || !app.server.listening) return;
    this.#status.guard('cannot serve the app', () => {
      if (app.server.setSecureContext) this.#openDoor(app);
      if (this.#acceptWanted && !this.#draining) this.accept();
    });
    this.#changed();
  }

  #appCloses(server) {
    if (this.app?.server !== server) return;
    this.app = null; // Free for another one: some apps only try whether the port is free.
    this.#stopAccepting();
    this.#door?.close();
    this.#door = null;
    setImmediate(this.#changed); // After the app's call, when `listening` is false.
  }

  #stopAccepting() {
    if (this.#hidden) {
      this.#close.call(this.#hidden);
      this.#descriptorIsOpen = false; // Node closes it with the listener, and the number may be reused.
    }
    this.#hidden = null;
    this.#accepting = false;
  }

  // A second server, because a net.Server has only one handle. Its connections are handed to the app's server and
  // accounted there, so that the app's maxConnections, getConnections() and close(callback) hold for them.
  #hiddenListener(app) {
    const { server } = app;
    const hidden = new net.Server((socket) => {
      this.#status.guard('cannot account for a connection', () => app.open(socket, true));
      socket.server = server;
      socket._server = server;
      server.emit('connection', socket);
    });
    for (const name of ACCEPT_OPTIONS) {
      if (name in server) hidden[name] = server[name];
    }
    for (const name of ['_connections', 'maxConnections', 'dropMaxConnection']) {
      Object.defineProperty(hidden, name, { get: () => server[name], set: (value) => void (server[name] = value) });
    }
    hidden.on('drop', (data) => server.emit('drop', data));
    hidden.on('error', (error) => {
      this.#status.fault(`cannot accept on port ${this.settings.number} (descriptor ${this.settings.descriptor})`, error);
    });
    return hidden;
  }

  /** Listens on a Unix socket that only the agent's and the app's user can reach. */
  #listenPrivately(server, path, { callback, signal }) {
    this.#listen.call(server, { path, ...(signal && { signal }) }, ...(callback ? [callback] : []));
    if (server.listening) fs.chmodSync(path, PRIVATE_MODE); // The directory is private already; this is the second lock.
  }

  /** A further listen for the same port, as on ::1 beside 127.0.0.1: it succeeds, and the first server gets everything. */
  #spare(server, asked) {
    server.address = () => (server.listening ? addressOf(asked) : null);
    this.#listenPrivately(server, this.settings.sparePath(++this.#spares), asked);
    return server;
  }

  #openDoor(app) {
    const { server } = app;
    const enter = (socket) => {
      socket.server = server;
      app.open(socket, false);
      server.emit('secureConnection', socket);
    };
    this.#door = net.createServer(server.updateSettings ? (socket) => sniffProtocol(socket, enter) : enter);
    this.#door.on('error', (error) => this.#status.fault('cannot open the door for probes without TLS', error));
    this.#door.unref();
    this.#listenPrivately(this.#door, this.settings.doorPath, {});
  }

  #serveCluster(server, asked) {
    this.#cluster ??= new ClusterListener(this.#status, this.#changed);
    this.#cluster.listen(server, this.#listen, this.settings, asked);
    return server;
  }
}

/** The server by which Node's cluster primary listens for its workers is a plain one; the app's own HTTP server is not. */
function isClusterListener(server) {
  if (server.constructor !== net.Server) return false;
  const cluster = require('node:cluster');
  return cluster.isPrimary && Object.keys(cluster.workers ?? {}).length > 0;
}

/** HTTP/2 servers choose the protocol in the TLS handshake, which does not happen at the door. */
function sniffProtocol(socket, enter) {
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk) => {
    socket.pause();
    socket.unshift(chunk);
    socket.alpnProtocol = chunk.toString('latin1').startsWith('PRI ') ? 'h2' : 'http/1.1';
    enter(socket);
    process.nextTick(() => socket.resume());
  });
}

module.exports = { ManagedPort };
