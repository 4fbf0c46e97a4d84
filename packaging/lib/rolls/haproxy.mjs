// HAProxy over four workers on ports of their own, rolled one by one by a careful script: drain by the runtime API, wait, TERM, KILL,
// start, wait until it is well, let it in again. It stops at the first worker that does not become well.
import { connect } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identity, lives, signal } from '../proc.mjs';
import { until } from '../wait.mjs';
import { answers, daemon, endAll, freePort } from './processes.mjs';

const DRAIN_MS = 5_000;
const KILL_MS = 5_000;
const WELL_MS = 20_000;

export class Haproxy {
  name = 'haproxy, runtime drain';

  constructor({ dir, port }) {
    Object.assign(this, { dir, port, log: join(dir, 'haproxy.log'), socket: join(dir, 'haproxy.sock') });
    this.env = { PATH: process.env.PATH, CONTENDER: dir };
    this.slots = [];
  }

  get supervisor() {
    return this.proxy.pid;
  }

  launch(slot, release) {
    const env = { ...this.env, PORT: String(slot.port) };
    slot.child = daemon(join(this.dir, 'workers.log'), process.execPath, ['server.js'], env, join(this.dir, 'releases', release));
    slot.worker = identity(slot.child.pid);
  }

  async start() {
    this.slots = [];
    for (let i = 0; i < 4; i += 1) this.slots.push({ name: `w${i}`, port: await freePort() });
    for (const slot of this.slots) this.launch(slot, 'r1');
    for (const slot of this.slots) await answers(slot.port);
    const file = join(this.dir, 'haproxy.cfg');
    writeFileSync(file, configuration(this.socket, this.port, this.slots));
    this.proxy = daemon(this.log, 'haproxy', ['-db', '-f', file], this.env);
    await answers(this.port);
  }

  async roll(release) {
    for (const slot of this.slots) {
      await this.say(`set server web/${slot.name} state drain`);
      await until('its sessions have ended', DRAIN_MS, async () => (await this.sessions(slot.name)) === 0, { everyMs: 100 }).catch(() => {});
      signal(slot.worker, 'SIGTERM');
      await until('it ends', KILL_MS, () => !lives(slot.worker)).catch(() => signal(slot.worker, 'SIGKILL'));
      await until('it is gone', KILL_MS, () => !lives(slot.worker));
      this.launch(slot, release);
      const well = await answers(slot.port, WELL_MS).then(() => true, () => false);
      if (!well) return `exit 1, stopped at ${slot.name}`;
      await this.say(`set server web/${slot.name} state ready`);
    }
    return 'exit 0';
  }

  /** One command of the runtime API; its answer. */
  say(line) {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(this.socket, () => socket.write(`${line}\n`));
      socket.on('data', (data) => (text += data)).on('end', () => resolve(text)).on('error', reject);
    });
  }

  async sessions(server) {
    const lines = (await this.say('show stat')).split('\n').map((line) => line.split(','));
    return Number(lines.find(([proxy, name]) => proxy === 'web' && name === server)?.[4] ?? 0);
  }

  async stop() {
    await endAll(this.dir);
  }
}

function configuration(socket, port, slots) {
  const servers = slots.map(({ name, port: own }) => `  server ${name} 127.0.0.1:${own} check inter 500 rise 1 fall 2`).join('\n');
  return `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout tunnel 300s
  option redispatch
  retries 3
frontend front
  bind 127.0.0.1:${port}
  default_backend web
backend web
  balance roundrobin
  option httpchk GET /health
${servers}
`;
}
