'use strict';
// A log that cannot grow any more. A limit on the size of files stands for the full disk: writes fail alike.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startServing } = require('../harness.cjs');

const LIMIT = 64 * 512; // What `ulimit -f` counts in, in a POSIX shell.

test('a log that is full costs lines, which are counted, and not the worker', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pm-log-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const log = path.join(folder, 'log');
  const script = `ulimit -f 64; exec "$@" >>'${log}' 2>&1`;
  const worker = await startServing(t, 'chatty.cjs', { node: ['/bin/sh', '-c', script, 'sh', process.execPath] });

  assert.equal((await worker.get('/first')).body, 'written');
  assert.equal(fs.statSync(log).size, LIMIT);
  const { logRefused } = await worker.until('lost writes are counted', (state) => state.logRefused > 0);
  assert.equal((await worker.get('/second')).body, 'written');
  await worker.until('more of them', (state) => state.logRefused > logRefused);

  fs.truncateSync(log); // As if there were room again.
  assert.equal((await worker.get('/third')).body, 'written');
  const text = fs.readFileSync(log, 'utf8');
  for (const way of ['stdout', 'stderr', 'console']) assert.ok(text.includes(`${way} /third`), `${way} is written again`);
  assert.equal((await worker.status()).fault, null);
  assert.deepEqual(await worker.kill('SIGTERM'), { code: null, signal: 'SIGTERM' });
});
