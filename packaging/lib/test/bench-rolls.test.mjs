import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { longLived, lost, mixed, rows } from '../bench-rolls.mjs';
import { percent, report as idleReport } from '../bench-idle.mjs';
import { loadPages } from '../rolls/pages.mjs';

const KINDS = {
  new: { failures: { reset: 2 }, notes: {} },
  slow: { failures: { reset: 1, truncated: 1 }, notes: {} },
  ws: { failed: 3, failures: { cut: 3 }, notes: { 'closed by server (1001)': 5, 'stopped by client': 9 } },
  sse: { failed: 0, failures: {}, notes: { 'ended by server': 4 } },
};

test('requests that were lost are told by kind, and long-lived connections apart', () => {
  assert.deepEqual(lost({ kinds: KINDS }), { count: 4, words: { reset: 3, truncated: 1 } });
  assert.deepEqual(longLived({ kinds: KINDS }, 'ws'), { inOrder: 5, cut: 3 });
  assert.deepEqual(longLived({ kinds: KINDS }, 'sse'), { inOrder: 4, cut: 0 });
  assert.deepEqual(longLived({ kinds: {} }, 'sse'), { inOrder: 0, cut: 0 });
});

test('releases answer side by side from the first answer of the new one to the last of the old one', () => {
  assert.equal(mixed({ releases: { r1: { firstMs: 0, lastMs: 7_500 }, r2: { firstMs: 5_000, lastMs: 9_000 } } }), 2.5);
  assert.equal(mixed({ releases: { r1: { firstMs: 0, lastMs: 7_500 } } }), 0);
  assert.equal(mixed({ releases: { r1: { firstMs: 0, lastMs: 4_000 }, r2: { firstMs: 5_000, lastMs: 9_000 } } }), 0);
});

test('a row is the median of the rounds', () => {
  const round = (reset) => {
    const roll = { said: 'exit 0', ms: 1_000, report: { kinds: { new: { failures: { reset }, notes: {} } }, releases: {}, longestGapMs: 10 }, pages: { loaded: 9, broken: 1 }, p99: { roll: 2, before: 1 }, idle: { supervisorMb: 50, pssMb: 100 }, peakPssMb: 120, tail: { ok: 3, failed: 1 } };
    return { roll, bad: roll, death: roll };
  };
  const lines = rows([['peer', [round(1), round(9), round(2)]]]);
  assert.match(lines[1], /^peer +2 +0 \/ 0 +0 \/ 0 +1 of 9 +2\.0 \/ 1\.0 +10 +0\.0 +1\.0 +50 +100 \/ 120 +reset 12$/);
  assert.match(lines.at(-1), /supervisor killed +exit 0 +2 +0 +25 %/);
});

for (const [what, partStatus, broken] of [['whole', 200, false], ['of which a part is of another release', 404, true]]) {
  test(`a page ${what} is ${broken ? '' : 'not '}broken`, async (t) => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/' ? 200 : partStatus;
      response.end('<script src="/a.js"></script>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const stop = new AbortController();
    const counts = { loaded: 0, broken: 0, failed: 0 };
    const loading = loadPages({ host: '127.0.0.1', port: server.address().port, timeoutMs: 5_000, signal: stop.signal }, counts);
    const end = performance.now() + 15_000;
    while (counts.loaded < 2 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await loading;
    assert.ok(counts.loaded >= 2);
    assert.equal(counts.broken, broken ? counts.loaded : 0);
    assert.equal(counts.failed, 0);
  });
}

test('processor time is told in percent of one core, and the aims are held against it', () => {
  assert.equal(percent(1_000, 1_120, 60_000), 0.2);
  const text = (cpuPercent, rssMb) =>
    idleReport({ environment: 'here', polls: 10, idle: [{ name: 'pointsman', cpuPercent, rssMb: 90, descriptors: 40 }], polled: [{ rssMb: 90, descriptors: 40 }, { rssMb, descriptors: 41 }] }).join('\n');
  assert.match(text(0.19, 80), /0\.2 %: reached[^]*polls: reached \(80 MB\)/);
  assert.match(text(0.2, 81), /0\.2 %: NOT reached[^]*polls: NOT reached \(81 MB\)/);
});
