import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../load/lib/tally.mjs';
import { closingReport, readPhases } from '../quickstart-report.mjs';

/** A load of `seconds`, ten answers of r1 in each; `also(second, tally)` adds to it. */
function load(seconds, also = () => {}) {
  const time = { now: 0 };
  const tally = new Tally({ clock: () => time.now, wallClock: () => 1_000_000 });
  for (let second = 0; second < seconds; second += 1) {
    for (let i = 0; i < 10; i += 1) {
      time.now = second * 1_000 + i * 100;
      tally.succeeded('new', 1, 'r1');
    }
    also(second, tally);
  }
  return { ...tally.report(), clientStallMs: 3 };
}

const PHASES = readPhases('deploy r1\t990000\t999000\tas it should: exit 0\ndeploy r2\t1002000\t1005000\tas it should: exit 0\n');

test('nothing failed: no problem, and each phase has the requests of its time', () => {
  const { lines, problems } = closingReport(load(10), PHASES, 100, ['r1']);
  assert.deepEqual(problems, []);
  assert.match(lines.join('\n'), /^deploy r1 +9\.0 +- +- /m);
  assert.match(lines.join('\n'), /^deploy r2 +3\.0 +30 +0 /m);
});

test('one failed request is a problem, and shows in its phase and its kind', () => {
  const report = load(10, (second, tally) => second === 3 && tally.failedWith('new', { kind: 'reset', message: 'ECONNRESET before any answer' }, { release: 'r2' }));
  const { lines, problems } = closingReport(report, PHASES, 100, ['r1', 'r2']);
  assert.deepEqual(problems, ['1 of 101 requests failed']);
  assert.match(lines.join('\n'), /^deploy r2 +3\.0 +31 +1 /m);
  assert.match(lines.join('\n'), /^new +101 +1 .*reset: 1$/m);
  assert.match(lines.join('\n'), /failed at .*: new, reset: ECONNRESET before any answer \(r2\)/);
});

test('too few requests are a problem: they prove nothing', () => {
  assert.match(closingReport(load(2), PHASES, 20_000, ['r1']).problems[0], /only 20 requests were made, 20000 are needed/);
});

test('an answer of a release that must never get traffic is a problem', () => {
  const report = load(10, (second, tally) => second === 3 && tally.succeeded('new', 1, 'r3-sick'));
  assert.match(closingReport(report, PHASES, 100, ['r1']).problems[0], /users were answered by r3-sick/);
});
