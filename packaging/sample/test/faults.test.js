import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, get, Program, SAMPLE, startServer, temporaryDir } from './helper.js';

/** A release that carries `config`, without a front end. */
function releaseWith(t, config) {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'server'), { recursive: true });
  cpSync(join(SAMPLE, 'server'), join(dir, 'server'), { recursive: true });
  cpSync(join(SAMPLE, 'package.json'), join(dir, 'package.json'));
  symlinkSync(join(SAMPLE, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'release.config.json'), JSON.stringify({ release: 'r3', ...config }));
  return dir;
}

function run(t, dir, env = {}) {
  return new Program(t, process.execPath, [join(dir, 'server/main.js')], { env: { HOST: '127.0.0.1', ...env } });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a release that crashes ends with a reason before it listens', async (t) => {
  const program = run(t, releaseWith(t, { fault: 'crash' }), { PORT: '0' });
  const { code } = await program.exit;
  assert.equal(code, 1);
  assert.match(program.lines.join('\n'), /release r3 cannot start: the table "orders" has no column/);
  assert.doesNotMatch(program.lines.join('\n'), /listening/);
});

test('a mute release lives, does not listen, and goes when told', async (t) => {
  const port = await freePort();
  const program = run(t, releaseWith(t, { fault: 'mute' }), { PORT: String(port) });
  await program.line(/waiting for a licence server/);
  const refused = await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve('connected')).on('error', (error) => resolve(error.code));
    t.after(() => socket.destroy());
  });
  assert.equal(refused, 'ECONNREFUSED');
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.exit, { code: 0, signal: null });
});

test('a sick release is healthy at first, then fails its probe and whoever it serves', async (t) => {
  const dir = releaseWith(t, { fault: 'sick', sickAfterMs: 2_500 });
  const { url } = await startServer(t, { dir });
  assert.equal((await get(`${url}/health`)).status, 200);
  const answer = await eventually(() => get(`${url}/health`), ({ status }) => status !== 200);
  assert.equal(answer.status, 503);
  assert.equal((await get(`${url}/api/whoami`)).status, 500);
});

test('the name that the environment gives counts more than the one in the files', async (t) => {
  const dir = releaseWith(t, {});
  assert.equal(JSON.parse((await get(`${(await startServer(t, { dir })).url}/api/whoami`)).body).release, 'r1');
  const own = run(t, dir, { PORT: '0' });
  await own.line(/^release r3, pid \d+: listening/);
});

test('an unknown fault is refused with the file and the choices', async (t) => {
  const program = run(t, releaseWith(t, { fault: 'sleepy' }));
  assert.equal((await program.exit).code, 1);
  assert.match(program.lines.join('\n'), /release\.config\.json: "fault" is "sleepy", but can only be one of none, crash, mute, sick/);
});
