// The scripts' own ground: which JDK is found, and what is said about what is missing.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LIB = fileURLToPath(new URL('..', import.meta.url));

function temporaryDir(t) {
  const dir = mkdtempSync(join(tmpdir(), 'lib-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function bash(script, env = {}) {
  return spawnSync('bash', ['-c', `set -euo pipefail; ${script}`], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env } });
}

function jdk(dir, version) {
  mkdirSync(join(dir, 'bin'), { recursive: true });
  writeFileSync(join(dir, 'bin/javac'), '#!/bin/sh\n');
  chmodSync(join(dir, 'bin/javac'), 0o755);
  writeFileSync(join(dir, 'release'), `JAVA_VERSION="${version}"\n`);
  return dir;
}

test('finds a JDK 25 in JAVA25_HOME first, and passes over a JAVA_HOME of 17', (t) => {
  const dir = temporaryDir(t);
  const [old, good] = [jdk(join(dir, 'old'), '17.0.15'), jdk(join(dir, 'good'), '25')];
  const find = (env) => bash(`source '${LIB}jdk.sh'; find_jdk25 && echo "$JAVA_HOME"`, env).stdout.trim();
  assert.equal(find({ JAVA25_HOME: good, JAVA_HOME: old }), good);
  assert.equal(find({ JAVA_HOME: good }), good);
  assert.notEqual(find({ JAVA_HOME: old }), old);
});

test('a JRE without javac, or 250, is no JDK 25', (t) => {
  const dir = temporaryDir(t);
  const other = jdk(join(dir, 'other'), '250.0.1');
  const jre = jdk(join(dir, 'jre'), '25.0.3');
  rmSync(join(jre, 'bin/javac'));
  for (const home of [other, jre]) assert.notEqual(bash(`source '${LIB}jdk.sh'; is_jdk25 '${home}'`).status, 0, home);
});

test('compares versions as numbers', () => {
  for (const [have, want, status] of [['v20.19.2', '20.19', 0], ['v20.9.0', '20.19', 1], ['v22.1.0', '20.19', 0], ['18.20.1', '20.19', 1]]) {
    assert.equal(bash(`source '${LIB}common.sh'; version_at_least ${have} ${want}`).status, status, `${have} >= ${want}`);
  }
});

test('an ordinary user is told exactly what is missing and how to get it, with 69', (t) => {
  const bin = join(temporaryDir(t), 'bin');
  mkdirSync(bin);
  for (const tool of ['bash', 'dirname', 'cut', 'grep', 'apt-get']) symlinkSync(spawnSync('which', [tool], { encoding: 'utf8' }).stdout.trim() || '/bin/true', join(bin, tool));
  writeFileSync(join(bin, 'id'), '#!/bin/sh\necho 1000\n');
  chmodSync(join(bin, 'id'), 0o755);
  const { status, stderr } = bash(`source '${LIB}require.sh'; require node ssh-keygen grep; echo not reached`, { PATH: bin });
  assert.equal(status, 69, stderr);
  assert.match(stderr, /Node\.js 20\.19 or newer \(found: none\)/);
  assert.match(stderr, /OpenSSH's ssh-keygen/);
  assert.doesNotMatch(stderr, / {2}- grep/);
  assert.match(stderr, /sudo apt-get update && sudo apt-get install --no-install-recommends nodejs openssh-client/);
});

test('with everything there, require says nothing and exports JAVA_HOME', (t) => {
  const good = jdk(join(temporaryDir(t), 'good'), '25.0.3');
  const { status, stdout, stderr } = bash(`source '${LIB}require.sh'; require jdk25 node; echo "$JAVA_HOME"`, { JAVA25_HOME: good });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), good);
});

test('removing a root ends what runs below it, and nothing else', async (t) => {
  const dir = temporaryDir(t);
  const [root, other] = [join(dir, 'root'), join(dir, 'root-other')];
  for (const folder of [`${root}/state/r1`, other]) mkdirSync(folder, { recursive: true });
  const start = (cwd) => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo up; exec sleep 600'], { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => child.kill('SIGKILL'));
    return new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
  };
  const [worker, bystander] = [await start(`${root}/state/r1`), await start(other)];
  const ended = new Promise((resolve) => worker.once('exit', (code, signal) => resolve(signal)));
  const cleaning = spawn('bash', ['-c', `set -euo pipefail; source '${LIB}common.sh'; source '${LIB}processes.sh'; end_process ${worker.pid} 1; remove_root '${root}'`]);
  assert.equal(await ended, 'SIGKILL', 'TERM is ignored by this one, so it is killed');
  assert.equal(await new Promise((resolve) => cleaning.once('close', resolve)), 0);
  assert.equal(existsSync(root), false);
  assert.equal(bystander.exitCode ?? bystander.signalCode, null, 'a folder whose name only begins alike is left alone');
});
