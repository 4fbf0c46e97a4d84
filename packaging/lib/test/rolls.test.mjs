import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary, verdict } from '../rolls.mjs';

const STREAMS = { sse: { notes: { 'ended by server': 3, 'stopped by client': 1 } }, ws: { notes: { 'closed by server (1001)': 2 } } };

function run({ failed = 0, failures = {}, requests = 100, kinds = STREAMS, states = ['successful', 'successful'] } = {}) {
  return { report: { failed, failures, requests, kinds }, rolls: states.map((state, i) => ({ id: `web-${i + 2}`, state })), wanted: 2, requests: 100 };
}

test('nothing is wrong with a run that lost nothing', () => assert.deepEqual(verdict(run()), []));

for (const [what, changed, expected] of [
  ['one lost request', { failed: 1, failures: { reset: 1 } }, /^1 requests failed: {"reset":1}/],
  ['too few requests', { requests: 99 }, /^99 requests, not 100/],
  ['too few rolls', { states: ['successful'] }, /^1 rolls, not 2/],
  ['a roll that was undone', { states: ['successful', 'reverted'] }, /^web-3 ended reverted/],
  ['a WebSocket that was closed with another code', { kinds: { ...STREAMS, ws: { notes: { 'closed by server (1006)': 1 } } } }, /^ws: closed by server \(1006\)/],
  ['streams of which no roll ended one', { kinds: { ...STREAMS, sse: { notes: { 'stopped by client': 4 } } } }, /^sse: not one was ended by a roll/],
  ['no streams at all', { kinds: { ws: STREAMS.ws } }, /^sse: not one/],
]) {
  test(`${what} is wrong`, () => {
    const wrong = verdict(run(changed));
    assert.equal(wrong.length, 1, wrong.join('; '));
    assert.match(wrong[0], expected);
  });
}

test('the summary compares the first and the last third, and says what is wrong', () => {
  const rolls = [100, 100, 110, 120, 130, 130].map((rssMb, i) => ({ ms: 1_000 * (i + 1), rssMb, descriptors: 50 + i }));
  const report = { kinds: {}, requests: 5, failed: 1, releases: {}, samples: [], mixedSeconds: 0, longestGapMs: 1, clientStallMs: 1 };
  const text = summary({ report, rolls, seconds: 21, before: '1.0', after: '2.0', wrong: ['a thing'] });
  assert.match(text, /100 and 130 MB resident, 51 and 55 descriptors/);
  assert.match(text, /WRONG: a thing\nrolls: FAILED/);
});
