import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../lib/failure.mjs';
import { Histogram, Tally } from '../lib/tally.mjs';

/** A tally whose time the test moves. */
function tallyAt() {
  const time = { now: 1_000 };
  return { time, tally: new Tally({ clock: () => time.now, wallClock: () => 0 }) };
}

test('quantiles are right to 2 %, and never above the largest', () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1_000; ms += 1) histogram.add(ms);
  assert.ok(Math.abs(histogram.quantile(0.5) - 500) <= 10);
  assert.ok(Math.abs(histogram.quantile(0.99) - 990) <= 20);
  assert.equal(histogram.quantile(1), 1_000);
  assert.equal(new Histogram().quantile(0.5), null);
});

test('the longest gap is between successes; failures do not end it', () => {
  const { time, tally } = tallyAt();
  tally.succeeded('new', 1, 'r1');
  time.now += 300;
  tally.failedWith('new', new Failure('refused', 'x'));
  time.now += 400;
  tally.succeeded('new', 1, 'r1');
  const report = tally.report();
  assert.equal(report.longestGapMs, 700);
  assert.equal(report.requests, 3);
  assert.equal(report.failed, 1);
});

test('a gap that lasts to the end counts, and one before the first success too', () => {
  const late = tallyAt();
  late.time.now += 900;
  late.tally.succeeded('new', 1);
  assert.equal(late.tally.report().longestGapMs, 900);
  late.time.now += 1_200;
  assert.equal(late.tally.report().longestGapMs, 1_200);
});

test('knows which releases answered when, and the seconds in which both did', () => {
  const { time, tally } = tallyAt();
  tally.succeeded('new', 1, 'r1');
  time.now += 1_100;
  tally.succeeded('new', 1, 'r1');
  tally.succeeded('new', 1, 'r2');
  time.now += 1_000;
  tally.failedWith('new', new Failure('http_5xx', 'x'), { release: 'r2' });
  const report = tally.report();
  assert.deepEqual(report.releases, { r1: { answers: 2, firstMs: 0, lastMs: 1_100 }, r2: { answers: 2, firstMs: 1_100, lastMs: 2_100 } });
  assert.equal(report.mixedSeconds, 1);
});

test('keeps the first failures in full, and counts all', () => {
  const { tally } = tallyAt();
  for (let i = 0; i < 1_000; i += 1) tally.failedWith('new', new Failure('reset', `number ${i}`));
  const report = tally.report();
  assert.equal(report.samples.length, 200);
  assert.equal(report.samples[0].detail, 'number 0');
  assert.deepEqual(report.failures, { reset: 1_000 });
});
