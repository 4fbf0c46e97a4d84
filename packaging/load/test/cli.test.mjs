import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load, serverFor, whoami } from './helper.mjs';

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url));

function start(t, args) {
  const child = spawn(process.execPath, [LOAD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return { child, end: once(child, 'close').then(([code]) => ({ code, output })) };
}

function temporaryDir(t) {
  const dir = mkdtempSync(join(tmpdir(), 'load-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function until(condition, what) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const QUICK = ['--kinds', 'new,keepalive', '--rate', '100'];

test('ends with 0, a table and a report when nothing failed', async (t) => {
  const { url } = await serverFor(t, (req, res) => whoami(req, res));
  const json = join(temporaryDir(t), 'report.json');
  const { code, output } = await start(t, ['--url', url, ...QUICK, '--duration', '600ms', '--json', json]).end;
  assert.equal(code, 0, output);
  const report = JSON.parse(readFileSync(json));
  assert.ok(report.requests > 10);
  assert.equal(report.failed, 0);
  assert.match(output, new RegExp(`^all +${report.requests} +0$`, 'm'));
  assert.match(output, /longest gap without a success: \d/);
});

test('ends with 1 when one request failed, and says which', async (t) => {
  let failed = false;
  const { url } = await serverFor(t, (req, res) => {
    if (failed) return whoami(req, res);
    failed = true;
    req.socket.resetAndDestroy();
  });
  const { code, output } = await start(t, ['--url', url, ...QUICK, '--duration', '600ms']).end;
  assert.equal(code, 1, output);
  assert.match(output, /: reset: ECONNRESET before any answer/);
});

test('SIGTERM ends it in order: what is under way is finished and counted', async (t) => {
  const { url } = await serverFor(t, (req, res) => setTimeout(() => whoami(req, res), 50));
  const status = join(temporaryDir(t), 'status.json');
  const { child, end } = start(t, ['--url', url, ...QUICK, '--status', status]);
  await until(() => existsSync(status) && JSON.parse(readFileSync(status)).requests > 0, 'the first requests');
  child.kill('SIGTERM');
  const { code, output } = await end;
  assert.equal(code, 0, output);
});

test('a stop file ends it', async (t) => {
  const { url } = await serverFor(t, (req, res) => whoami(req, res));
  const dir = temporaryDir(t);
  const { end } = start(t, ['--url', url, ...QUICK, '--stop-file', join(dir, 'stop')]);
  writeFileSync(join(dir, 'stop'), '');
  assert.equal((await end).code, 0);
});

test('told to stop, it still sends as many requests as it has to', async (t) => {
  const { url } = await serverFor(t, (req, res) => whoami(req, res));
  const report = await load(url, ['--kinds', 'new', '--duration', '1ms', '--min-requests', '150', '--rate', '200']);
  assert.ok(report.requests >= 150, String(report.requests));
});

test('keeps about to its rate', async (t) => {
  const { url } = await serverFor(t, (req, res) => whoami(req, res));
  const report = await load(url, ['--kinds', 'new,keepalive', '--rate', '80', '--duration', '3s']);
  assert.ok(report.requests < 80 * report.seconds * 1.4, `${report.requests} in ${report.seconds} s`);
  assert.ok(report.requests > 80 * 3 * 0.5, `${report.requests} in ${report.seconds} s`);
});

test('a stall of the server shows as a gap and in the latencies', async (t) => {
  const stalled = performance.now() + 300;
  const { url } = await serverFor(t, (req, res) => {
    const wait = performance.now() > stalled && performance.now() < stalled + 900 ? stalled + 900 - performance.now() : 0;
    setTimeout(() => whoami(req, res), wait);
  });
  const report = await load(url, ['--kinds', 'new', '--duration', '2s']);
  assert.equal(report.failed, 0);
  assert.ok(report.longestGapMs > 500, String(report.longestGapMs));
  assert.ok(report.kinds.new.ms.max > 700, String(report.kinds.new.ms.max));
});

test('any server can be asked for a plain page', async (t) => {
  const { url } = await serverFor(t, (req, res) => res.end(req.url === '/about' ? 'about' : undefined));
  const report = await load(url, ['--plain', '/about']);
  assert.deepEqual(Object.keys(report.kinds).sort(), ['keepalive', 'new', 'pool']);
  assert.equal(report.failed, 0);
});

test('finds the release in a plain page, and fails the page without one', async (t) => {
  let asked = 0;
  const { url } = await serverFor(t, (req, res) => res.end(`<p>release ${(asked += 1) < 4 ? 'r1' : 'r2'}</p>`));
  const report = await load(url, ['--plain', '/', '--plain-release', 'release (r\\d)']);
  assert.equal(report.failed, 0);
  assert.equal(report.releases.r1.answers, 3);
  assert.equal(report.releases.r2.answers, report.requests - 3);
  const { url: other } = await serverFor(t, (req, res) => res.end('<p>nothing</p>'));
  const wrong = await load(other, ['--plain', '/', '--plain-release', 'release (r\\d)']);
  assert.equal(wrong.failed, wrong.requests);
  assert.deepEqual(Object.keys(wrong.failures), ['wrong_body']);
});

for (const [args, message] of [
  [['--url', 'http://x/', '--plain-release', '(r)'], '--plain-release needs --plain'],
  [['--url', 'http://x/', '--plain', '/', '--plain-release', '('], '--plain-release (: Invalid regular expression'],
  [[], '--url is needed'],
  [['--url', 'https://x/'], 'only http is spoken here'],
  [['--url', 'http://x/', '--kinds', 'fast'], 'fast is not one of'],
  [['--url', 'http://x/', '--duration', '5'], '--duration 5: a number with ms, s or m'],
  [['--url', 'http://x/', '--rate', '0'], '--rate 0: a whole number from 1'],
]) {
  test(`refuses ${args.join(' ') || 'no arguments'} with 64 and the reason`, async (t) => {
    const { code, output } = await start(t, args).end;
    assert.equal(code, 64);
    assert.ok(output.includes(message), output);
  });
}
