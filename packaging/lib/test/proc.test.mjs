import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { clientPorts, identity, isStopped, lives, naming, parseStat, signal, stat, usage, zombiesOf } from '../proc.mjs';
import { until } from '../wait.mjs';

function sleeper(t, env = {}) {
  const child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, ...env } });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('a name with brackets and blanks does not shift the fields', () => {
  const fields = ['S', '7', ...Array.from({ length: 9 }, () => '0'), '3', '4', ...Array.from({ length: 6 }, () => '0'), '4711'];
  const { pid, name, state, parent, cpuMs, startTicks } = parseStat(`12 (a) b (c) ${fields.join(' ')}`);
  assert.deepEqual({ pid, name, state, parent, cpuMs, startTicks }, { pid: 12, name: 'a) b (c', state: 'S', parent: 7, cpuMs: 70, startTicks: '4711' });
});

test('another process with the same pid is not the process', (t) => {
  const child = sleeper(t);
  const worker = identity(child.pid);
  assert.ok(lives(worker));
  assert.ok(!lives(`${child.pid}.1`));
  assert.ok(!signal(`${child.pid}.1`, 'SIGKILL'));
  assert.ok(lives(worker));
});

test('knows a stopped process, and one that goes on', async (t) => {
  const child = sleeper(t);
  const worker = identity(child.pid);
  assert.ok(!isStopped(child.pid));
  signal(worker, 'SIGSTOP');
  await until('it stands', 5_000, () => isStopped(child.pid));
  signal(worker, 'SIGCONT');
  await until('it goes on', 5_000, () => !isStopped(child.pid));
});

test('finds processes by what their environment names', async (t) => {
  const mark = `/tmp/proc-test-${process.pid}-${Date.now()}`;
  const child = sleeper(t, { POINTSMAN_DIR: `${mark}/run/web/1.1.1` });
  await until('it is found', 5_000, () => naming(mark).some(({ pid }) => pid === child.pid));
  assert.match(naming(mark)[0].command, /^sleep 60/);
  child.kill('SIGKILL');
  await until('it is gone', 5_000, () => naming(mark).length === 0);
});

test('finds a child that nobody has reaped', async (t) => {
  // A shell that never waits: exec makes it a sleep whose child has ended.
  const parent = spawn('sh', ['-c', 'true & exec sleep 60']);
  t.after(() => parent.kill('SIGKILL'));
  await until('a zombie', 5_000, () => zombiesOf(parent.pid).length === 1);
  assert.ok(!lives(identity(zombiesOf(parent.pid)[0].pid)));
  await until('none of ours', 5_000, () => zombiesOf(process.pid).length === 0);
});

test('tells the client ports of the connections that a process holds, and of no other port', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  const other = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(other, 'listening')]);
  const clients = [server, server, other].map((to) => connect(to.address().port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  t.after(() => [...clients, server, other].forEach((it) => (it.destroy ? it.destroy() : it.close())));
  const expected = clients.slice(0, 2).map((client) => client.localPort).sort();
  await until('both were accepted', 5_000, () => clientPorts(process.pid, server.address().port).length === 2);
  assert.deepEqual(clientPorts(process.pid, server.address().port).sort(), expected);
});

test('of a process that is gone there is nothing', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  assert.equal(stat(child.pid), null);
  assert.equal(usage(child.pid), null);
  assert.deepEqual(clientPorts(child.pid, 80), []);
});

test('tells memory and descriptors of a process', () => {
  const { rssMb, descriptors } = usage(process.pid);
  assert.ok(rssMb > 10 && rssMb < 2_000, String(rssMb));
  assert.ok(descriptors > 3, String(descriptors));
});
