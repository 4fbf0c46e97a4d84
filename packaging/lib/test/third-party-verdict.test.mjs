import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrongs } from '../third-party-verdict.mjs';

const GOOD_LOG = ['1.1.1', '1.2.1', '1.3.1', '1.4.1'].map((who) => `Signalled a worker. incarnation=${who} signal=SIGTERM delivered=true`).join('\n');

function load({ requests = 2_000, failed = 0, failures = {}, releases = { r1: { answers: 1 }, r2: { answers: 1 } } } = {}) {
  return { requests, failed, failures, releases };
}

test('nothing is wrong when no request failed, both releases answered and every worker stopped when it was told to', () => {
  assert.deepEqual(wrongs(load(), GOOD_LOG, 1_000, 4), []);
});

for (const [what, counts, log, expected] of [
  ['a failed request', { failed: 2, failures: { reset: 2 } }, GOOD_LOG, /^2 of 2000 requests failed: reset 2$/],
  ['too few requests', { requests: 999 }, GOOD_LOG, /^only 999 requests were made/],
  ['a release that never answered', { releases: { r1: {} } }, GOOD_LOG, /^users were answered by r1, and not/],
  ['a foreign release', { releases: { r1: {}, r2: {}, r3: {} } }, GOOD_LOG, /^users were answered by r1, r2, r3/],
  ['a log without the signals', {}, 'INFO ready', /^0 workers were told to stop, not 4/],
  ['a worker that had to be killed', {}, `${GOOD_LOG}\nincarnation=1.4.1 signal=SIGKILL delivered=true`, /^1 workers had to be killed$/],
  ['connections that were cut', {}, `${GOOD_LOG}\nworker of r1 is gone. 3 connections were cut at drain_timeout.`, /^worker of r1 is gone\. 3 connections were cut/],
  ['a fault of the preload', {}, `${GOOD_LOG}\nThe preload of a worker complains. pid=7: x`, /complains\. pid=7: x$/],
]) {
  test(`says that there was ${what}`, () => {
    const found = wrongs(load(counts), log, 1_000, 4);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0], expected);
  });
}
