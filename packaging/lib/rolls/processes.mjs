// Running the peers' own commands and servers, and telling what they hold of memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { identity, naming, signal } from '../proc.mjs';
import { until } from '../wait.mjs';

const COMMAND_LIMIT_MS = 90_000;
const END_LIMIT_MS = 20_000;

/** Runs a command to its end or its limit; its exit code (null at the limit) and how long it took. Its output goes to `log`. */
export async function command(log, file, args, env) {
  const started = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => appendFileSync(log, data));
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_LIMIT_MS);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code, ms: performance.now() - started };
}

/** Starts a server with its output in `log`. */
export function daemon(log, file, args, env, cwd) {
  const output = openSync(log, 'a');
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  return child;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Lets DIR/current name another release, as everybody does it: atomically. */
export function flip(dir, release) {
  symlinkSync(join('releases', release), join(dir, 'current.new'));
  renameSync(join(dir, 'current.new'), join(dir, 'current'));
  return readlinkSync(join(dir, 'current'));
}

/** MB of 1,048,576 bytes, shared pages in equal parts, of every process that names `text`, and the resident size of one. */
export function memory(text, supervisor) {
  const kb = (pid, file, name) => {
    try {
      return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // It is gone.
    }
  };
  const all = naming(text).map(({ pid }) => kb(pid, 'smaps_rollup', 'Pss'));
  return { pssMb: all.reduce((a, b) => a + b, 0) / 1_024, supervisorMb: supervisor ? kb(supervisor, 'status', 'VmRSS') / 1_024 : 0 };
}

/** Ends every process that names `text`, by its pid. */
export async function endAll(text) {
  await until(
    `all processes of ${text} are gone`,
    END_LIMIT_MS,
    () => {
      const left = naming(text).map(({ pid }) => identity(pid)).filter(Boolean);
      for (const one of left) signal(one, 'SIGKILL');
      return left.length === 0;
    },
    { everyMs: 100 },
  );
}

/** Returns when GET / at `port` answers 200. */
export function answers(port, limitMs = 60_000) {
  return until(`port ${port} answers`, limitMs, () => fetch(`http://127.0.0.1:${port}/`).then(({ status }) => status === 200, () => false));
}
