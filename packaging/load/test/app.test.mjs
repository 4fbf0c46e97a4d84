// The app that comes with the load, asked by the load itself; and what can be wrong with it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runLoad, settings } from '../load.mjs';
import { Tally } from '../lib/tally.mjs';

const APP = fileURLToPath(new URL('../app', import.meta.url));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts the app as release r7, with `behaviour`. */
async function start(t, behaviour = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'load-app-'));
  cpSync(APP, dir, { recursive: true });
  writeFileSync(join(dir, 'RELEASE'), 'r7\n');
  writeFileSync(join(dir, 'behaviour.json'), JSON.stringify(behaviour));
  const port = await freePort();
  const child = spawn(process.execPath, ['server.js'], { cwd: dir, env: { PATH: process.env.PATH, PORT: String(port), CHAOS_DIR: join(dir, 'chaos') }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
  const journal = () => readdirSync(join(dir, 'chaos')).flatMap((name) => readFileSync(join(dir, 'chaos', name), 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse));
  return { child, ended, journal, url: `http://127.0.0.1:${port}`, ready: once(child, 'message') };
}

function get(url) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (data) => (body += data)).on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

test('answers every kind of the load rightly, and says which process did', async (t) => {
  const { url, ready, child, journal } = await start(t);
  await ready;
  const failures = [];
  const tally = new Tally({ onFailure: (failure) => failures.push(failure) });
  const options = settings(['--url', url, '--rate', '100', '--sse', '1', '--ws', '1', '--duration', '1500ms', '--min-requests', '60', '--max-duration', '20s']);
  const report = await runLoad(options, new AbortController().signal, tally);
  assert.deepEqual(failures, []);
  assert.deepEqual(Object.keys(report.kinds).sort(), ['chunked', 'keepalive', 'new', 'pool', 'slow', 'sse', 'upload', 'ws']);
  assert.deepEqual(Object.keys(report.releases), ['r7']);
  const { headers } = await get(`${url}/api/whoami`);
  assert.match(headers['x-worker'], new RegExp(`^${child.pid}\\.\\d+$`));
  assert.ok(journal().filter(({ accepted }) => accepted > 0).length > 20);
});

test('a page names parts of its own release, and has no others', async (t) => {
  const { url, ready } = await start(t);
  await ready;
  const { body } = await get(`${url}/`);
  const parts = [...body.matchAll(/src="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(parts.length, 3);
  for (const part of parts) assert.equal((await get(url + part)).status, 200);
  assert.equal((await get(`${url}/parts/r6/1.js`)).status, 404);
});

test('a failure tells the port and the worker of its connection', async (t) => {
  const { url, ready, child } = await start(t);
  await ready;
  const failures = [];
  const tally = new Tally({ onFailure: (failure) => failures.push(failure) });
  const stop = new AbortController();
  const options = settings(['--url', url, '--rate', '50', '--kinds', 'slow', '--max-duration', '20s']);
  const running = runLoad(options, stop.signal, tally);
  while (tally.requests < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await running;
  const reused = failures.find(({ failure }) => failure === 'reset_idle' || failure === 'truncated' || failure === 'reset');
  assert.ok(reused.localPort > 0, JSON.stringify(reused));
  assert.ok(failures.some(({ worker }) => worker?.startsWith(`${child.pid}.`)), JSON.stringify(failures.slice(0, 3)));
  assert.ok(reused.openedAt <= reused.sentAt && reused.sentAt <= reused.failedAt);
});

test('a release that crashes in public notes it before it ends', async (t) => {
  const { url, ready, ended, journal } = await start(t, { crashAfterRequests: 20 });
  await ready;
  for (let i = 0; i < 20; i += 1) await get(`${url}/api/whoami`);
  assert.equal(await ended, 4);
  assert.equal(journal().filter(({ accepted }) => accepted).length, 20);
  assert.match(journal().at(-1).ends, /crash/);
});

for (const [behaviour, code] of [[{ crashAtStart: true }, 3], [{ ignoresTerm: true }, 'SIGKILL'], [{}, 0]]) {
  test(`${JSON.stringify(behaviour)} ends with ${code}`, async (t) => {
    const { child, ended, ready } = await start(t, behaviour);
    if (code !== 3) {
      await ready;
      child.kill('SIGTERM');
      if (behaviour.ignoresTerm) {
        child.kill('SIGINT');
        assert.equal(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 300, 'alive'))]), 'alive');
        child.kill('SIGKILL');
      }
    }
    assert.equal(await ended, code);
  });
}

test('a release that turns sick answers 500, and says so to a probe', async (t) => {
  const { url, ready } = await start(t, { sickAfterMs: 0 });
  await ready;
  assert.equal((await get(`${url}/health`)).status, 503);
  assert.equal((await get(`${url}/api/whoami`)).status, 500);
});

test('nobody from outside can give orders', async (t) => {
  const { url, ready } = await start(t);
  await ready;
  assert.equal((await get(`${url}/chaos/hang`)).status, 404);
});
