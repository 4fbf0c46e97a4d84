// The launcher with a Java that only tells how it was started.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../dist/bin', import.meta.url));
const FAKE_JAVA = `#!/bin/sh
for argument in "$@"; do
  case $argument in
    -XX:AOTCacheOutput=*) echo cache >"\${argument#*=}" ;;
  esac
done
printf '%s\\n' "arena=$MALLOC_ARENA_MAX" "locale=$LC_ALL" "$@"
exit \${FAKE_STATUS:-0}
`;

/** An installation in a folder with a space in its name, and a Java of `version` for it. */
function install(t, version = '25.0.3') {
  const root = mkdtempSync(join(tmpdir(), 'launcher test '));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  cpSync(BIN, join(root, 'home/bin'), { recursive: true });
  mkdirSync(join(root, 'home/lib'));
  writeFileSync(join(root, 'home/lib/pointsman-agent-0.1.0.jar'), 'agent');
  writeFileSync(join(root, 'home/lib/library.jar'), 'library');
  const java = addJava(root, 'jdk', version);
  return { root, home: join(root, 'home'), java };
}

function addJava(root, name, version) {
  const java = join(root, name);
  mkdirSync(join(java, 'bin'), { recursive: true });
  writeFileSync(join(java, 'bin/java'), FAKE_JAVA);
  chmodSync(join(java, 'bin/java'), 0o755);
  writeFileSync(join(java, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
  return java;
}

function run(program, args = [], env = {}, cwd = '/') {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } });
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

test('starts Java with the jar, passes arguments on as they are, and takes the exit status over', (t) => {
  const { home, java } = install(t);
  const { status, lines } = run(`${home}/bin/pointsman`, ['push', 'a b', '$x', ''], { POINTSMAN_JAVA_HOME: java, FAKE_STATUS: '4' });
  assert.equal(status, 4);
  const jar = lines.indexOf('-jar');
  assert.deepEqual(lines.slice(jar), ['-jar', `${home}/lib/pointsman-agent-0.1.0.jar`, 'push', 'a b', '$x']);
  assert.ok(lines.includes('arena=1') && lines.includes('locale=C.UTF-8') && lines.includes('-XX:+UseSerialGC'));
});

test('unlocks the options that need it before it uses them, and names none twice', (t) => {
  const { home, java } = install(t);
  const { lines } = run(`${home}/bin/pointsman`, ['agent'], { POINTSMAN_JAVA_HOME: java });
  const unlocked = lines.indexOf('-XX:+UnlockDiagnosticVMOptions');
  assert.ok(unlocked >= 0, lines.join('\n'));
  for (const option of ['-XX:ArchiveRelocationMode=0', '-XX:AsyncDeflationInterval=10000']) assert.ok(lines.indexOf(option) > unlocked, option);
  const names = lines.filter((line) => /^-XX:[A-Z]\w*=/.test(line) && !line.startsWith('-XX:CompileCommand=')).map((line) => line.split('=')[0]);
  assert.deepEqual(names, [...new Set(names)]);
});

test('says where it lies, because classes from the cache know only where the cache was made', (t) => {
  const { root, home, java } = install(t);
  const moved = join(root, 'moved');
  cpSync(home, moved, { recursive: true, preserveTimestamps: true });
  for (const place of [home, moved]) {
    const { lines } = run(`${place}/bin/pointsman`, ['agent'], { POINTSMAN_JAVA_HOME: java });
    assert.ok(lines.includes(`-Dpointsman.home=${place}`), lines.join('\n'));
  }
});

test('a locale of UTF-8 is left alone', (t) => {
  const { home, java } = install(t);
  const { lines } = run(`${home}/bin/pointsman`, [], { POINTSMAN_JAVA_HOME: java, LC_ALL: 'de_DE.UTF-8' });
  assert.ok(lines.includes('locale=de_DE.UTF-8'));
});

test('works through chains of absolute and relative links, from any directory', (t) => {
  const { root, home, java } = install(t);
  mkdirSync(join(root, 'links'));
  symlinkSync('../home/bin/pointsman', join(root, 'links/relative'));
  symlinkSync(join(root, 'links/relative'), join(root, 'links/absolute'));
  for (const [program, cwd] of [[join(root, 'links/absolute'), '/'], ['./relative', join(root, 'links')], ['links/relative', root]]) {
    const { lines, stderr } = run(program, [], { POINTSMAN_JAVA_HOME: java }, cwd);
    assert.ok(lines.includes(`${home}/lib/pointsman-agent-0.1.0.jar`), `${program} in ${cwd}: ${stderr}`);
  }
});

test('prefers its own runtime to JAVA_HOME, and passes over a JAVA_HOME of another version', (t) => {
  const { root, home, java } = install(t);
  const trace = (env) => spawnSync('sh', ['-x', `${home}/bin/pointsman`], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } }).stderr;
  assert.match(trace({ JAVA_HOME: java }), /exec .*\/jdk\/bin\/java/);
  addJava(home, 'runtime', '25.0.1');
  assert.match(trace({ JAVA_HOME: java }), /exec .*\/home\/runtime\/bin\/java/);
  addJava(root, 'old', '17.0.15');
  assert.doesNotMatch(trace({ JAVA_HOME: join(root, 'old') }), /exec .*\/old\/bin\/java/);
});

test('a POINTSMAN_JAVA_HOME that is no Java 25 is refused, not passed over', (t) => {
  const { home, java } = install(t, '17.0.15');
  const { status, stderr } = run(`${home}/bin/pointsman`, [], { POINTSMAN_JAVA_HOME: java });
  assert.equal(status, 69);
  assert.match(stderr, /is no Java 25 \(found there: 17\)/);
});

test('an incomplete installation is named', (t) => {
  const { home, java } = install(t);
  rmSync(join(home, 'lib/pointsman-agent-0.1.0.jar'));
  const { status, stderr } = run(`${home}/bin/pointsman`, [], { POINTSMAN_JAVA_HOME: java });
  assert.equal(status, 69);
  assert.match(stderr, /pointsman-agent-0\.1\.0\.jar is missing/);
});

test('the start-up cache is used once it is made, and not after a library has changed', (t) => {
  const { home, java } = install(t);
  const env = { POINTSMAN_JAVA_HOME: java };
  const cache = `-XX:AOTCache=${home}/lib/pointsman.aot`;
  const uses = () => run(`${home}/bin/pointsman`, [], env).lines.includes(cache);
  assert.equal(uses(), false);
  assert.equal(run(`${home}/bin/pointsman-aot`, [], env).status, 0);
  assert.equal(uses(), true);
  utimesSync(join(home, 'lib/library.jar'), 1, 1);
  assert.equal(uses(), false);
  assert.equal(run(`${home}/bin/pointsman-aot`, [], env).status, 0);
  assert.equal(uses(), true);
});

test('a cache that was made with another Java is not used', (t) => {
  const { root, home, java } = install(t);
  run(`${home}/bin/pointsman-aot`, [], { POINTSMAN_JAVA_HOME: java });
  const other = addJava(root, 'other', '25.0.9');
  const { lines } = run(`${home}/bin/pointsman`, [], { POINTSMAN_JAVA_HOME: other });
  assert.equal(lines.some((line) => line.startsWith('-XX:AOTCache=')), false);
});

test('a training run that fails leaves no cache behind, and says why', (t) => {
  const { home, java } = install(t);
  const { status, stderr } = run(`${home}/bin/pointsman-aot`, [], { POINTSMAN_JAVA_HOME: java, FAKE_STATUS: '1' });
  assert.equal(status, 1);
  assert.match(stderr, /the training run failed/);
  assert.equal(existsSync(join(home, 'lib/pointsman.aot')), false);
  assert.equal(existsSync(join(home, 'lib/pointsman.aot.new')), false);
});
