import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { wrongWithApp, wrongWithReleases } from '../control.mjs';

const CONTROL = fileURLToPath(new URL('../control.mjs', import.meta.url));

function app({ release = 'r2', condition = 'HEALTHY', workers = [0, 1, 2, 3].map((slot) => ({ slot, state: 'ONLINE', release, pid: slot })) } = {}) {
  return { app: 'web', release, condition, workers };
}

test('an app is right when every slot serves the release; a draining worker of the old one does not matter', () => {
  const draining = { slot: 0, state: 'DRAINING', release: 'r1', pid: 9 };
  assert.equal(wrongWithApp(app(), 'r2', 4), null);
  assert.equal(wrongWithApp({ ...app(), workers: [...app().workers, draining] }, 'r2', 4), null);
});

test('says what is wrong with an app', () => {
  assert.match(wrongWithApp(app({ release: 'r1' }), 'r2', 4), /release is r1, not r2/);
  assert.match(wrongWithApp(app({ condition: 'DEGRADED' }), 'r2', 4), /condition is DEGRADED/);
  assert.match(wrongWithApp({ ...app(), workers: app().workers.slice(1) }, 'r2', 4), /3 workers are online, not 4/);
  assert.match(wrongWithApp({ ...app(), workers: [{ slot: 0, state: 'online', release: 'r3', pid: 7 }] }, 'r2', 1), /slot 0 runs r3/);
});

test('releases are right when each is in its state and the link names the active one', () => {
  const releases = [
    { release: 'r1', state: 'GOOD', current: false },
    { release: 'r2', state: 'ACTIVE', current: true },
    { release: 'r3', state: 'BAD', current: false },
  ];
  assert.equal(wrongWithReleases(releases, { r1: ['good'], r2: ['active'], r3: ['bad'] }), null);
  assert.match(wrongWithReleases(releases, { r3: ['good', 'staged'] }), /r3 is bad, not good or staged/);
  assert.match(wrongWithReleases(releases, { r4: ['good'] }), /r4 is not there/);
  const torn = releases.map((release) => ({ ...release, current: release.release === 'r1' }));
  assert.match(wrongWithReleases(torn, {}), /current names r1, but active is r2/);
});

/** An API on a unix socket that answers one after the other of `answers`, the last for ever. */
async function api(t, answers) {
  const dir = mkdtempSync(join(tmpdir(), 'control-test-'));
  const socket = join(dir, 's');
  let asked = 0;
  const server = createServer((req, res) => res.end(JSON.stringify(answers[Math.min(asked++, answers.length - 1)]))).listen(socket);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return socket;
}

async function control(socket, ...args) {
  const child = spawn(process.execPath, [CONTROL, '--socket', socket, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const [status] = await once(child, 'close');
  return { status, output: output.trim() };
}

test('waits until a deployment is over, and tells how it ended', async (t) => {
  const running = { id: 'web-1', state: 'RUNNING', slotsDone: 1, slotsTotal: 4 };
  const socket = await api(t, [running, running, { ...running, state: 'REVERTED' }]);
  assert.deepEqual(await control(socket, 'over', 'web-1'), { status: 0, output: 'reverted' });
});

test('gives up at its limit and says what it saw last', async (t) => {
  const socket = await api(t, [{ id: 'web-1', state: 'RUNNING', slotsDone: 1, slotsTotal: 4 }]);
  const { status, output } = await control(socket, '--limit', '0.3', 'over', 'web-1');
  assert.equal(status, 1);
  assert.match(output, /over web-1: not within 0.3 s; last seen: RUNNING, 1 of 4 slots/);
});

test('a deployment that is over is never found rolling', async (t) => {
  const socket = await api(t, [{ id: 'web-1', state: 'SUCCESSFUL', slotsDone: 4, slotsTotal: 4 }]);
  assert.match((await control(socket, 'rolling', 'web-1')).output, /web-1 is over already: SUCCESSFUL/);
});

test('without an agent it says so at its limit', async () => {
  const { status, output } = await control('/nonexistent/s', '--limit', '0.2', 'ready');
  assert.equal(status, 1);
  assert.match(output, /ENOENT/);
});

test('workers are retired when none drains or is being stopped any more', async (t) => {
  const worker = (state) => ({ slot: 0, pid: 7, state });
  const socket = await api(t, [{ workers: [worker('ONLINE'), worker('DRAINING')] }, { workers: [worker('ONLINE'), worker('STOPPING')] }, { workers: [worker('ONLINE')] }]);
  assert.deepEqual(await control(socket, 'retired', 'web'), { status: 0, output: '' });
  const stuck = await api(t, [{ workers: [worker('ONLINE'), worker('DRAINING')] }]);
  assert.match((await control(stuck, '--limit', '0.2', 'retired', 'web')).output, /last seen: pid 7 of slot 0 is DRAINING/);
});
