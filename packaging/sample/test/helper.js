// Starts the real server as a process of its own and talks to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const SAMPLE = fileURLToPath(new URL('..', import.meta.url));

/** A folder that is gone after the test `t`. */
export function temporaryDir(t) {
  const dir = mkdtempSync(join(tmpdir(), 'sample-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A process whose output is kept; it is killed when the test ends. */
export class Program {
  constructor(t, command, args, { env = {}, cwd } = {}) {
    this.lines = [];
    this.child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exit = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
    this.waiters = new Set();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(line);
        for (const look of this.waiters) look();
      });
    }
    t.after(async () => {
      this.child.kill('SIGKILL');
      await this.exit;
    });
  }

  /** The first match of `pattern` in a line of output, waited for. */
  async line(pattern, limitMs = 15_000) {
    const find = () => this.lines.map((line) => line.match(pattern)).find(Boolean);
    let look;
    const seen = new Promise((resolve) => {
      look = () => find() && resolve(find());
      this.waiters.add(look);
      look();
    });
    const end = this.exit.then(({ code, signal }) => find() ?? fail(this, `ended with ${code ?? signal} before it said ${pattern}`));
    try {
      return await within(limitMs, Promise.race([seen, end]), () => fail(this, `did not say ${pattern} within ${limitMs} ms`));
    } finally {
      this.waiters.delete(look);
    }
  }
}

function fail(program, what) {
  throw new Error(`${program.child.spawnfile} ${what}. Its output:\n${program.lines.join('\n')}`);
}

/** `promise`, or what `otherwise` does when it takes longer than `ms`. */
export async function within(ms, promise, otherwise) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(otherwise());
      } catch (error) {
        reject(error);
      }
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts server/main.js of `dir` on a free port of the loopback; resolves when it listens. */
export async function startServer(t, { dir = SAMPLE, env = {}, cwd } = {}) {
  const program = new Program(t, process.execPath, [join(dir, 'server/main.js')], {
    cwd,
    env: { PORT: '0', HOST: '127.0.0.1', RELEASE_ID: 'r1', ...env },
  });
  const [, port] = await program.line(/listening on port (\d+)/);
  return { program, port: Number(port), url: `http://127.0.0.1:${port}` };
}

/** One request on a connection of its own, with whatever header is wanted. */
export function get(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const req = request(url, { agent: false, headers }, async (res) => {
      try {
        let body = '';
        for await (const piece of res.setEncoding('utf8')) body += piece;
        resolve({ status: res.statusCode, headers: res.headers, body });
      } catch (error) {
        reject(error);
      }
    });
    req.on('error', reject).end();
  });
}

/** Asks until `condition` holds of the answer; the answer. */
export async function eventually(ask, condition, limitMs = 15_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (condition(answer)) return answer;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms; the last answer: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
