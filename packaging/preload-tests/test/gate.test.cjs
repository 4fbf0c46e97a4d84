'use strict';
// From the start to the first public connection.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { PRELOAD, Worker, RawConnection, eventually, get, sharedSocket, start, startServing, within } = require('../harness.cjs');

/** The backlog of the listening socket, as the kernel has it. */
function backlog(port) {
  const { stdout } = spawnSync('ss', ['-Hltn', `sport = :${port}`], { encoding: 'utf8' });
  return Number(stdout.trim().split(/\s+/)[2]);
}

test('the private sockets are the worker’s own', async (t) => {
  const worker = await start(t, 'plain.cjs');
  await worker.listening();
  for (const name of ['app.sock', 'ctl.sock']) {
    assert.equal((fs.statSync(worker.file(name)).mode & 0o777).toString(8), '600', name);
  }
});

test('address() is what the app asked for', async (t) => {
  const worker = await start(t, 'plain.cjs');
  await worker.listening();
  const { body } = await worker.probe('/address');
  assert.deepEqual(JSON.parse(body), { address: '::', family: 'IPv6', port: worker.port });
  const esm = await start(t, 'esm.mjs');
  await esm.listening();
  const expected = { address: '127.0.0.1', family: 'IPv4', port: esm.port };
  await eventually('the app logs it', () => esm.output.includes(`address ${JSON.stringify(expected)}`), () => esm.output);
});

test('a port may be listened for on several addresses', async (t) => {
  const worker = await startServing(t, 'two-addresses.cjs');
  assert.deepEqual(JSON.parse((await worker.get('/addresses')).body), [
    { address: '127.0.0.1', family: 'IPv4', port: worker.port },
    { address: '::1', family: 'IPv6', port: worker.port },
  ]);
  await worker.drain();
  await worker.drained();
  assert.deepEqual(await worker.kill('SIGTERM'), { code: 0, signal: null });
});

test('a probe has a client address, and is not counted', async (t) => {
  const worker = await start(t, 'plain.cjs');
  await worker.listening();
  assert.equal((await worker.probe('/remote')).body, '127.0.0.1');
  await worker.accept();
  await worker.get('/');
  await worker.probe('/');
  const state = await worker.status();
  assert.equal(state.requests, 1);
  await worker.until('no connection is left', ({ connections, inflight }) => connections === 0 && inflight === 0);
});

test('accept before listening takes effect with listening', async (t) => {
  const worker = await start(t, 'late.cjs');
  await eventually('the app waits', () => worker.output.includes('waiting'));
  worker.send('accept');
  const before = await worker.status();
  assert.deepEqual([before.listening, before.accepting, before.fault], [false, false, null]);
  process.kill(worker.pid, 'SIGUSR2');
  await worker.until('accepting', (state) => state.accepting);
  const wrong = worker.states.find((state) => state.accepting && !state.listening);
  assert.equal(wrong, undefined);
  assert.equal((await worker.get('/')).status, 200);
});

test('accepting is not said where the descriptor is missing', async (t) => {
  const worker = await start(t, 'plain.cjs', { env: { POINTSMAN_LISTEN: `${1}:77`, PORT: '1' } });
  await worker.listening();
  worker.send('accept');
  const state = await worker.until('a fault', ({ fault }) => fault?.includes('cannot accept on port 1 (descriptor 77)'));
  assert.equal(state.accepting, false);
  assert.match(worker.output, /pointsman: cannot use descriptor 77 for port 1/);
  assert.equal((await worker.probe('/')).status, 200, 'the app lives on');
});

test('the agent’s backlog is kept', async (t) => {
  const shared = sharedSocket(77);
  const worker = await startServing(t, 'esm.mjs', { shared, env: { POINTSMAN_BACKLOG: '77' } });
  assert.equal(backlog(worker.port), 77);
});

test('the hidden listener accepts as the app’s server would', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const connection = await RawConnection.to(worker.port);
  connection.ask('/connections');
  await connection.expect(/\r\n\r\n(1)/);
  connection.socket.destroy();
});

test('ready by message needs the message and the listening', async (t) => {
  const worker = await start(t, 'pm2.cjs', { env: { POINTSMAN_READY: 'message' } });
  await worker.listening();
  assert.equal((await worker.status()).ready, false);
  await worker.probe('/warm');
  await worker.until('ready', (state) => state.ready);
});

test('process.send does no harm where readiness is listening', async (t) => {
  const worker = await start(t, 'pm2.cjs');
  await worker.until('ready', (state) => state.ready);
  assert.equal((await worker.probe('/warm')).status, 200);
  assert.equal((await worker.status()).fault, null);
});

test('shutdown reaches the app as PM2’s message', async (t) => {
  const worker = await start(t, 'pm2.cjs');
  await worker.listening();
  worker.send('shutdown');
  assert.deepEqual(await worker.ended(), { code: 7, signal: null });
});

test('a worker without a port is ready by message and drained at once', async (t) => {
  const worker = await start(t, 'nothing.cjs', { env: { POINTSMAN_LISTEN: '', POINTSMAN_READY: 'message' } });
  await worker.until('ready', (state) => state.ready);
  await worker.drain();
  await worker.drained();
  worker.send('shutdown');
  assert.deepEqual(await worker.ended(), { code: 3, signal: null });
});

test('further managed ports are gated alike, other ports untouched', async (t) => {
  const second = sharedSocket();
  const worker = await start(t, 'two-ports.cjs', { moreSockets: [second] });
  await worker.listening();
  const [, own] = await eventually('the own port', () => /own port (\d+)\./.exec(worker.output));
  assert.equal((await get({ host: '127.0.0.1', port: own, path: '/', agent: false })).body, 'own');
  let answeredEarly = false;
  const onSecond = { host: '127.0.0.1', port: second.port, agent: false };
  const early = get({ ...onSecond, path: '/' }).finally(() => (answeredEarly = true));
  assert.equal((await worker.probe('/')).body, `${worker.port} pid ${worker.pid}`);
  const privately = await worker.probe('/', { socketPath: worker.file(`app-${second.port}.sock`) });
  assert.equal(privately.body, `${second.port} pid ${worker.pid}`);
  assert.equal(answeredEarly, false);
  await worker.accept();
  assert.equal((await early).body, `${second.port} pid ${worker.pid}`);
  const slow = get({ ...onSecond, path: '/slow' });
  await worker.until('in flight', ({ inflight }) => inflight === 1);
  await worker.drain();
  assert.equal((await worker.status()).drained, false, 'the second port counts');
  await worker.probe('/release');
  assert.equal((await slow).headers.connection, 'close');
  await worker.drained();
});

test('an app that tries the port first gets it', async (t) => {
  const worker = await start(t, 'port-test.cjs');
  await eventually('the app waits', () => worker.output.includes('waiting'));
  worker.send('accept');
  await worker.status();
  process.kill(worker.pid, 'SIGUSR2');
  await worker.until('accepting', (state) => state.accepting);
  assert.equal((await worker.get('/')).body, 'real');
  const first = worker.states.findIndex((state) => state.listening);
  assert.ok(worker.states.slice(first).every((state) => state.listening), 'the test of the port was announced');
});

test('the app’s environment and children are its own', async (t) => {
  const other = '--max-old-space-size=256';
  for (const options of [`--require=${PRELOAD} ${other}`, `${other} -r ${PRELOAD}`, `--require "${PRELOAD}" ${other}`]) {
    const worker = await start(t, 'environment.cjs', { env: { NODE_OPTIONS: options, POINTSMAN_SLOT: '2' } });
    await worker.listening();
    const env = JSON.parse((await worker.probe('/')).body);
    assert.equal(env.NODE_OPTIONS, other);
    const left = Object.keys(env).filter((name) => /^(POINTSMAN|LISTEN)_/.test(name));
    assert.deepEqual(left.sort(), ['POINTSMAN_APP', 'POINTSMAN_SLOT']);
    assert.equal((await worker.probe('/child')).body, 'EADDRINUSE', 'a child is not the worker');
  }
});

test('NODE_OPTIONS vanishes where only the preload was in it', async (t) => {
  const worker = await start(t, 'environment.cjs');
  await worker.listening();
  assert.equal('NODE_OPTIONS' in JSON.parse((await worker.probe('/')).body), false);
});

test('threads see nothing of it', async (t) => {
  const worker = await start(t, 'threads.cjs');
  await worker.listening();
  assert.deepEqual(JSON.parse((await worker.probe('/thread')).body), { pointsman: [] });
});

test('acts only in the process that LISTEN_PID names', async (t) => {
  const words = ['-c', 'LISTEN_PID=1 exec "$@"', 'sh', process.execPath, 'plain.cjs'];
  const worker = new Worker(t, words, { node: ['/bin/sh'] });
  await worker.ended();
  assert.match(worker.output, /EADDRINUSE/, 'the app listens by itself, and the agent holds the port');
  assert.equal(fs.existsSync(worker.file('ctl.sock')), false);
});

test('a package manager is told apart, and says what to do', async (t) => {
  const directory = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'pm-npm-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  for (const name of ['npm-cli.js', 'yarn.js', 'pnpm.cjs', 'yarn-4.5.0.cjs']) {
    const script = path.join(directory, name);
    fs.writeFileSync(script, 'console.log("ran", Object.keys(process.env).includes("POINTSMAN_DIR"))');
    const worker = new Worker(t, [script]);
    await worker.ended();
    assert.match(worker.output, /does not pass the listening socket on .*command = \["node", "server.js"\]/s, name);
    assert.match(worker.output, /ran true/);
  }
});

test('a broken assignment is said and leaves the app alone', async (t) => {
  const worker = new Worker(t, ['environment.cjs'], { env: { POINTSMAN_LISTEN: 'nonsense', PORT: '0' } });
  await eventually('it is said', () => /POINTSMAN_LISTEN is "nonsense"/.test(worker.output), () => worker.output);
  await eventually('the app runs', () => /the app listens/.test(worker.output), () => worker.describe());
  assert.equal(worker.exit, undefined);
});

test('a directory that is gone does not end the app', async (t) => {
  const worker = new Worker(t, ['environment.cjs'], { env: { POINTSMAN_DIR: '/nonexistent/here', PORT: '0' } });
  const said = /cannot listen for the agent on .nonexistent.here.ctl.sock/;
  await eventually('it is said', () => said.test(worker.output), () => worker.output);
  await eventually('the app runs', () => /the app listens/.test(worker.output), () => worker.describe());
  assert.equal(worker.exit, undefined);
});

test('an agent may connect again at any time, and several may watch', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  worker.control.destroy();
  await worker.get('/');
  await worker.connect();
  await worker.until('the state of now', (state) => state.accepting && state.requests === 1);
  const other = net.connect(worker.file('ctl.sock'));
  t.after(() => other.destroy());
  const text = await within('the state', new Promise((resolve) => other.setEncoding('utf8').once('data', resolve)));
  assert.equal(JSON.parse(text.split('\n')[0]).pid, worker.pid);
});

test('garbage from the agent is survived', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  worker.send('fly away');
  worker.send('');
  await worker.status();
  await eventually('it is said', () => /sent "fly", which this preload does not know/.test(worker.output));
  assert.equal(worker.last.fault, null);
  worker.control.write('x'.repeat(100_000));
  await eventually('the connection is closed', () => worker.control.destroyed);
  assert.equal((await worker.get('/')).status, 200);
});

test('counters arrive at most every 250 ms, and do arrive', async (t) => {
  const worker = await startServing(t, 'plain.cjs');
  const before = worker.states.length;
  const began = performance.now();
  for (let i = 0; i < 200; i++) await worker.get('/');
  await worker.until('all are counted', (state) => state.requests === 200 && state.inflight === 0 && state.connections === 0);
  const allowed = (performance.now() - began) / 250 + 3;
  assert.ok(worker.states.length - before <= allowed, `${worker.states.length - before} records, allowed ${allowed}`);
});

test('rss and event loop delay are measured', async (t) => {
  const worker = await start(t, 'plain.cjs');
  await worker.listening();
  const state = await worker.status();
  assert.ok(state.rss > 20e6 && state.rss < 500e6, `rss ${state.rss}`);
  process.kill(worker.pid, 'SIGSTOP');
  const stopped = performance.now();
  await eventually('1500 ms went by', () => performance.now() - stopped > 1500);
  process.kill(worker.pid, 'SIGCONT');
  const { loopDelayMs } = await worker.status();
  assert.ok(loopDelayMs >= 900, `loopDelayMs ${loopDelayMs}`);
});

test('handover runs the agent’s command with the very socket', async (t) => {
  const script = `const fs = require('fs'), file = process.argv[1];
    fs.writeFileSync(file + '.new', String(fs.fstatSync(3).ino));
    fs.renameSync(file + '.new', file);`;
  const command = JSON.stringify([process.execPath, '-e', script, '--']);
  const worker = await start(t, 'plain.cjs', { env: { POINTSMAN_HANDOVER: command } });
  await worker.listening();
  for (const name of ['before-accept', 'while-accepting']) {
    worker.send(`handover ${worker.file(name)}`);
    await eventually('the command ran', () => fs.existsSync(worker.file(name)), () => worker.describe());
    assert.equal(fs.readFileSync(worker.file(name), 'utf8'), String(worker.shared.inode), name);
    await worker.accept();
  }
  await worker.drain();
  await worker.drained();
  worker.send(`handover ${worker.file('late')}`);
  await worker.until('a fault', ({ fault }) => /cannot hand the listening socket over: this worker has drained/.test(fault));
});

test('a handover that fails is said', async (t) => {
  const worker = await start(t, 'plain.cjs', { env: { POINTSMAN_HANDOVER: '["/bin/sh","-c","exit 9"]' } });
  worker.send('handover /x');
  await worker.until('a fault', ({ fault }) => fault === 'the hand-over of the listening socket failed: /bin/sh ended with 9');
});
