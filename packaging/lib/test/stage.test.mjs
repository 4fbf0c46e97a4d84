// What packaging/bench stage makes, reads and prints.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { curled, heap } from '../stage-agent.mjs';
import { prepare } from '../stage-data.mjs';
import { report } from '../stage-report.mjs';
import { timed } from '../stage.mjs';

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Digest by path of every regular file. */
function contents(tree) {
  const files = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(tree, name)).isFile());
  return new Map(files.map((name) => [name, createHash('sha256').update(readFileSync(join(tree, name))).digest('hex')]));
}

/** The paths of `changed` that `tree` has with other content or not at all. */
function newIn(changed, tree) {
  return [...changed].filter(([path, digest]) => tree.get(path) !== digest).map(([path]) => path);
}

test('each change brings what it says, and v1 stays as it was', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'stage-data-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [modules, bumps, output] = ['modules', 'bumps', 'output'].map((name) => join(root, name));
  for (const name of ['react', 'lodash', 'axios', 'next']) {
    write(join(modules, 'node_modules', name, 'index.js'), `old ${name}`);
    write(join(bumps, 'node_modules', name, 'index.js'), `new ${name}`);
  }

  prepare({ modules, bumps, output, quick: false });

  const [v1, w, a, b, d, c] = ['v1', 'w', 'a', 'b', 'd', 'c'].map((name) => contents(join(output, name)));
  assert.equal(newIn(a, v1).length, 6, 'two chunks, their maps, the page and the server');
  assert.deepEqual(newIn(b, a), ['node_modules/lodash/index.js']);
  assert.deepEqual(newIn(d, b), ['node_modules/axios/index.js']);
  assert.deepEqual(newIn(c, d), ['node_modules/next/index.js']);
  assert.equal(v1.get('node_modules/next/index.js'), createHash('sha256').update('old next').digest('hex'));
  const known = new Set(v1.values());
  assert.deepEqual([...w.values()].filter((digest) => known.has(digest)), [], 'no content of w is one of v1');
});

test('reads the heap off jcmd', () => {
  const text = `4242:
DefNew     total 19648K, used 10240K [0x00000000fc000000, 0x00000000fd550000, 0x00000000fd550000)
  eden space 17472K,  50% used [0x00000000fc000000, 0x00000000fc8a5ad0, 0x00000000fd110000)
Tenured    total 43712K, used 5120K [0x00000000fd550000, 0x0000000100000000, 0x0000000100000000)
  the  space 43712K,  11% used [0x00000000fd550000, 0x00000000fda50000, 0x0000000100000000)
`;
  assert.deepEqual(heap(text), { usedMb: 15, committedMb: 61.875 });
  assert.throws(() => heap('garbage-first heap total 4K, used 1K'), /jcmd told something else/);
});

test('reads what curl was told to write, whatever came before', () => {
  assert.deepEqual(curled('a 1 2\n201 1.5 97331200'), { status: 201, ms: 1_500, bytes: 97_331_200 });
});

test('processor time is that of the command', () => {
  const { ms, cpu } = timed('end=$((SECONDS + 1)); while ((SECONDS < end)); do :; done; sleep 0');
  assert.ok(cpu > 0, `${cpu} ms of processor time`);
  assert.ok(cpu <= ms + 100, `${cpu} ms of processor time in ${ms} ms`);
  assert.throws(() => timed('exit 3'));
});

test('says of each aim whether it was reached', () => {
  const memory = { peakMb: 120, rssMb: 110, usedMb: 20, committedMb: 61 };
  const sample = (ms, more = {}) => ({ ms, cpu: ms / 2, ...memory, ...more });
  const samples = {
    others: { tar: [sample(900), sample(1_000), sample(1_100)] },
    linked: { full: [sample(1_100)], 'delta a': [sample(120, { serverMs: 60, bytes: 1_400_000, files: 6 })] },
  };
  const text = report({ environment: 'a machine', release: { files: 1, bytes: 2, gz: 3, zst: 4 }, samples }).join('\n');
  assert.match(text, /full to GNU tar \+ sync at most 1.2: reached \(1.10\)/);
  assert.match(text, /source edit to full at most 0.1: NOT reached \(0.11\)/);
  assert.match(text, /GNU tar -xzf, sync -f +1.00 \(0.90-1.10\)/);
});
