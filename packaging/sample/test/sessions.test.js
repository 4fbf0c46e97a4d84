import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, get, Program, SAMPLE, startServer, temporaryDir } from './helper.js';

/** A Redis of the test's own, on a port that it was free to take. */
async function startRedis(t, port) {
  for (let tries = 0; ; tries += 1) {
    const candidate = port ?? 20_000 + Math.floor(Math.random() * 20_000);
    const args = ['--port', String(candidate), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', temporaryDir(t)];
    const program = new Program(t, 'redis-server', args);
    program.child.on('error', () => {}); // Told below, with what to do.
    try {
      await program.line(/Ready to accept connections/);
      return { program, port: candidate, url: `redis://127.0.0.1:${candidate}` };
    } catch (error) {
      if (program.child.pid === undefined) throw new Error('redis-server is not installed: apt-get install redis-server');
      if (port !== undefined || tries === 5) throw error;
    }
  }
}

async function visit(url, cookie) {
  const answer = await get(`${url}/api/session`, cookie ? { cookie } : {});
  return { status: answer.status, cookie: answer.headers['set-cookie']?.[0].split(';')[0], ...JSON.parse(answer.body) };
}

test('a session is the same in every worker, and outlives one that is killed', async (t) => {
  const redis = await startRedis(t);
  const env = { REDIS_URL: redis.url, SESSION_SECRET: 'for the test' };
  const [one, two] = await Promise.all([startServer(t, { env }), startServer(t, { env })]);
  for (const { url } of [one, two]) {
    await eventually(() => get(`${url}/health`), ({ body }) => JSON.parse(body).sessions === 'redis');
  }
  const first = await visit(one.url);
  const second = await visit(two.url, first.cookie);
  one.program.child.kill('SIGKILL');
  await one.program.exit;
  const third = await visit(two.url, first.cookie);
  assert.deepEqual([first.views, second.views, third.views], [1, 2, 3]);
  assert.equal(third.store, 'redis');
});

test('Redis away costs sessions, not the worker; it returns by itself', async (t) => {
  const redis = await startRedis(t);
  const { url, program } = await startServer(t, { env: { REDIS_URL: redis.url, SESSION_SECRET: 'for the test' } });
  const cookie = (await eventually(() => visit(url), ({ status }) => status === 200)).cookie;
  redis.program.child.kill('SIGKILL');
  await redis.program.exit;
  await eventually(() => visit(url, cookie), ({ status }) => status === 500);
  assert.equal((await get(`${url}/health`)).status, 200);
  await startRedis(t, redis.port);
  await eventually(() => visit(url, cookie), ({ status, views }) => status === 200 && views === 1); // The new Redis is empty.
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.exit, { code: 0, signal: null });
});

test('Redis without a secret is refused: workers could not read each other\'s cookies', async (t) => {
  const program = new Program(t, process.execPath, [join(SAMPLE, 'server/main.js')], {
    env: { PORT: '0', HOST: '127.0.0.1', REDIS_URL: 'redis://127.0.0.1:1' },
  });
  assert.equal((await program.exit).code, 1);
  assert.match(program.lines.join('\n'), /REDIS_URL is set but SESSION_SECRET is not/);
});
