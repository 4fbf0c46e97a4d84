'use strict';
// Plays the agent: makes the shared listening socket, starts workers on it as the agent does, and speaks the control
// protocol. Everything waits for conditions with a deadline; what went wrong is in the message, with the worker's output.

const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');

const PRELOAD =
  process.env.POINTSMAN_PRELOAD ?? path.resolve(__dirname, '../dist/preload/pointsman-preload.cjs');
const DEADLINE_MS = Number(process.env.POINTSMAN_TEST_DEADLINE_MS ?? 20_000);

/** Resolves with the first truthy result of `probe`, asked again and again until the deadline. */
async function eventually(what, probe, explain = () => '') {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const result = await probe();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}\n${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** `promise`, or an error that says what was waited for. */
function within(what, promise, explain = () => '') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${DEADLINE_MS} ms: ${what}\n${explain()}`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * A listening TCP socket on a free loopback port that this process holds and never accepts on, like the agent's.
 * Node cannot listen without accepting, so a helper process calls listen(2) on the bound socket and goes away.
 */
function sharedSocket(backlog = 511, address = '127.0.0.1') {
  const handle = net._createServerHandle(address, 0, address.includes(':') ? 6 : 4, null, 0);
  if (typeof handle === 'number') throw new Error(`cannot bind: error ${handle}`);
  const script = `require('net').createServer().listen({ fd: 3 }, ${backlog}, () => process.exit(0))`;
  const helper = spawnSync(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit', handle.fd] });
  if (helper.status !== 0) throw new Error(`the helper that listens ended with ${helper.status}`);
  const name = {};
  handle.getsockname(name);
  return { handle, descriptor: handle.fd, port: name.port, inode: fs.fstatSync(handle.fd).ino };
}

/** A worker process as the agent sees it. */
class Worker {
  states = [];
  output = '';
  #waiting = new Set();

  constructor(t, words, options = {}) {
    this.shared = options.shared ?? sharedSocket();
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pm-'));
    const more = options.moreSockets ?? [];
    const sockets = [this.shared, ...more];
    const listen = sockets.map(({ port }, i) => `${port}:${3 + i}`).join(',');
    const environment = {
      PATH: process.env.PATH,
      HOME: this.directory,
      PORT: String(this.shared.port),
      PORTS: sockets.map(({ port }) => port).join(','),
      LISTEN_FDS: String(sockets.length),
      LISTEN_FDNAMES: sockets.map(() => 'http').join(':'),
      POINTSMAN_DIR: this.directory,
      POINTSMAN_LISTEN: listen,
      POINTSMAN_BACKLOG: '511',
      POINTSMAN_APP: 'web',
      NODE_OPTIONS: `--require=${PRELOAD}`,
      ...options.env,
    };
    const command = [...(options.node ?? [process.execPath]), ...words];
    this.process = spawn('/bin/sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...command], {
      cwd: options.cwd ?? path.join(__dirname, 'apps'),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', ...sockets.map(({ descriptor }) => descriptor)],
      detached: true,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (chunk) => (this.output += chunk));
    }
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => {
        this.exit = { code, signal };
        this.#wake();
        resolve(this.exit);
      });
    });
    alive.add(this);
    t.after(() => this.#destroy());
  }

  get pid() {
    return this.process.pid;
  }

  get port() {
    return this.shared.port;
  }

  get last() {
    return this.states.at(-1);
  }

  file(name) {
    return path.join(this.directory, name);
  }

  /** Connects to ctl.sock, as soon as it is there. */
  async connect() {
    const attempt = () => this.exit || tryConnect(this.file('ctl.sock'));
    const socket = await eventually('the worker serves ctl.sock', attempt, () => this.describe());
    if (socket === this.exit) throw new Error(`the worker ended before it served ctl.sock\n${this.describe()}`);
    this.control = socket.setEncoding('utf8');
    this.control.on('error', () => {});
    let rest = '';
    this.control.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) this.states.push(JSON.parse(line));
      this.#wake();
    });
    return this;
  }

  send(line) {
    this.control.write(line + '\n');
  }

  /** The first state, now or later, that `accepts`. */
  until(what, accepts) {
    const found = new Promise((resolve, reject) => {
      const look = () => {
        if (this.last && accepts(this.last)) resolve(this.last);
        else if (this.exit) reject(new Error(`the worker ended before: ${what}\n${this.describe()}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
    return within(what, found, () => this.describe());
  }

  /** Asks for the state: the answer also proves that all earlier commands were carried out. */
  async status() {
    const seen = this.states.length;
    this.send('status');
    await this.until('an answer to status', () => this.states.length > seen);
    return this.last;
  }

  listening() {
    return this.until('listening', (state) => state.listening);
  }

  async accept() {
    this.send('accept');
    return this.until('accepting', (state) => state.accepting);
  }

  drain(limit = 30_000, longLived = 30_000) {
    this.send(`drain ${limit} ${longLived}`);
    return this.until('draining', (state) => state.draining);
  }

  drained() {
    return this.until('drained', (state) => state.drained);
  }

  /** How the process ended. */
  ended() {
    return within('the worker ends', this.exited, () => this.describe());
  }

  kill(signal) {
    process.kill(this.pid, signal);
    return this.ended();
  }

  /** Requests over the private socket, each on a connection of its own. */
  probe(url = '/', options = {}) {
    return get({ socketPath: this.file('app.sock'), path: url, agent: false, ...options });
  }

  get(url = '/', options = {}) {
    return get({ host: '127.0.0.1', port: this.port, path: url, agent: false, ...options });
  }

  describe() {
    return `exit: ${JSON.stringify(this.exit)}; last state: ${JSON.stringify(this.last)}\noutput:\n${this.output}`;
  }

  #wake() {
    for (const look of [...this.#waiting]) look();
  }

  killGroup() {
    try {
      process.kill(-this.pid, 'SIGKILL'); // The worker leads a process group of its own.
    } catch {
      // It has ended already, with all that it started.
    }
  }

  #destroy() {
    this.control?.destroy();
    this.killGroup();
    alive.delete(this);
    return this.exited.then(() => fs.rmSync(this.directory, { recursive: true, force: true }));
  }
}

function tryConnect(socketPath) {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

const alive = new Set();
// A test process that fails must not leave workers behind.
process.once('exit', () => alive.forEach((worker) => worker.killGroup()));

/** Starts a worker and connects to it. `app` is a file in apps/. */
function start(t, app, options) {
  return new Worker(t, [app, ...(options?.args ?? [])], options).connect();
}

/** Starts a worker that serves the public already. */
async function startServing(t, app, options) {
  const worker = await start(t, app, options);
  await worker.listening();
  await worker.accept();
  return worker;
}

/** One request; resolves with status, headers and body, rejects on every error. Never retries. */
function get(options) {
  const { body, module = http, ...rest } = options;
  const response = new Promise((resolve, reject) => {
    const request = module.request(rest, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (!answer.complete) reject(new Error('the answer is cut'));
        else resolve({ status: answer.statusCode, headers: answer.headers, body: text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
  return within(`an answer to ${rest.path}`, response);
}

/** A connection on which a test decides every byte. */
class RawConnection {
  received = '';
  closed = false;

  static async to(port) {
    const socket = net.connect(port, '127.0.0.1');
    await within('a connection', new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)));
    return new RawConnection(socket);
  }

  constructor(socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => (this.received += text));
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => (this.closed = true));
  }

  ask(url, headers = {}) {
    const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
  }

  /** Waits for text that matches, and takes everything up to its end. */
  async expect(pattern) {
    const look = () => pattern.exec(this.received) ?? (this.closed && 'closed');
    const match = await eventually(`${pattern} on a connection`, look, () => `received: ${this.received}`);
    if (match === 'closed') throw new Error(`closed before ${pattern}; received: ${this.received}`);
    this.received = this.received.slice(match.index + match[0].length);
    return match;
  }

  ended() {
    return eventually('the connection is closed', () => this.closed, () => `received: ${this.received}`);
  }
}

module.exports = { PRELOAD, Worker, RawConnection, eventually, get, sharedSocket, start, startServing, within };
