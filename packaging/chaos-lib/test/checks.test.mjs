import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESCRIPTOR_BOUND, RSS_BOUND_MB, descriptorsAtRest, errors, growth, orphans, survivors, wantedIs } from '../checks.mjs';
import { wrongOutcomes } from '../deploying.mjs';
import { Ledger } from '../ledger.mjs';

function samples(life, count, rssOf, descriptorsOf) {
  return Array.from({ length: count }, (_, i) => ({ at: i * 1_000, life, rssMb: rssOf(i), descriptors: descriptorsOf(i) }));
}

test('an agent that stays as it is has not grown, however it wavers', () => {
  const { wrong, said } = growth(samples('1.1', 60, (i) => 100 + (i % 7), (i) => 40 + (i % 9)));
  assert.deepEqual(wrong, []);
  assert.match(said[0], /^agent 1\.1, 59 s: \d+ -> \d+ MB resident, 40 -> 40 descriptors/);
});

test('a leak of descriptors is found although their number wavers', () => {
  const { wrong } = growth(samples('1.1', 90, () => 100, (i) => 40 + (i % 9) + Math.floor(i / 4)));
  assert.match(wrong.join(), /went from \d+ to \d+ descriptors/);
});

test('a leak of memory is found', () => {
  assert.match(growth(samples('1.1', 90, (i) => 100 + i, () => 40)).wrong.join(), /grew from 1\d\d to 1\d\d MB/);
});

test('a new life of the agent is not compared with the one before', () => {
  const lives = [...samples('1.1', 40, () => 90, () => 40), ...samples('2.1', 40, () => 90 + 2 * RSS_BOUND_MB, () => 40 + 2 * DESCRIPTOR_BOUND)];
  assert.deepEqual(growth(lives).wrong, []);
});

test('a run in which no life was long enough proves nothing, and says so', () => {
  assert.match(growth(samples('1.1', 9, () => 90, () => 40)).wrong[0], /no life of the agent was long enough/);
});

test('at rest in the end there are as many descriptors as in the beginning', () => {
  assert.deepEqual(descriptorsAtRest(90, 90 + DESCRIPTOR_BOUND), []);
  assert.equal(descriptorsAtRest(90, 91 + DESCRIPTOR_BOUND).length, 1);
});

test('what a worker started belongs to it; what belongs to nobody is an orphan', () => {
  const processes = [
    { pid: 10, parent: 1, state: 'S', command: 'agent' },
    { pid: 20, parent: 10, state: 'S', command: 'worker' },
    { pid: 22, parent: 21, state: 'S', command: 'child of a child' },
    { pid: 21, parent: 20, state: 'S', command: 'child' },
    { pid: 30, parent: 1, state: 'T', command: 'node server.js' },
  ];
  assert.deepEqual(orphans(processes, [10, 20]), ['process 30 (T) belongs to nobody: node server.js']);
});

test('a worker that hangs, leaks or stands for good must not be there in the end; one that is only deaf may', () => {
  const open = ['hang', 'leak', 'stop-for-good', 'ignore-term', 'stop'].map((step) => ({ step, app: 'web', worker: '9.1' }));
  assert.equal(survivors(open).length, 3);
});

test("the agent's errors count, but not while its disk is full", () => {
  const ledger = new Ledger();
  const fault = ledger.begin({ step: 'disk-full', from: Date.parse('2026-01-01T00:00:10Z') });
  ledger.end(fault, Date.parse('2026-01-01T00:00:20Z'));
  const log = ['2026-01-01T00:00:01.000Z ERROR [x] A: before', '2026-01-01T00:00:15.000Z ERROR [x] A: no space', '2026-01-01T00:00:16.000Z WARN  [x] A: ERROR'].join('\n');
  assert.deepEqual(errors(log, ledger), ["the agent's log says: 2026-01-01T00:00:01.000Z ERROR [x] A: before"]);
});

test('that no worker accepts is an error unless workers of that very app were disabled, and counts only once all were up', () => {
  const ledger = new Ledger();
  ledger.end(ledger.begin({ step: 'kill-all', app: 'web', worker: '1.1', from: Date.parse('2026-01-01T00:00:10Z') }), Date.parse('2026-01-01T00:00:11Z'));
  const line = (second, app) => `2026-01-01T00:00:${second}.000Z ERROR [sorry] AppUnavailable: No worker accepts: the agent answers 503. app=${app} `;
  const log = [line('05', 'web'), line('16', 'web'), line('17', 'shop')].join('\n');
  assert.deepEqual(errors(log, ledger, Date.parse('2026-01-01T00:00:06Z')).map((text) => text.slice(-9)), ['app=shop ']);
});

test('the wanted release is that of the last successful deployment', () => {
  const deployments = [{ id: 'web-3', state: 'reverted', toRelease: 'b1' }, { id: 'web-2', state: 'successful', toRelease: 'g2' }];
  assert.deepEqual(wantedIs({ app: 'web', release: 'g2' }, deployments), []);
  assert.match(wantedIs({ app: 'web', release: 'b1' }, deployments)[0], /wants b1, but .* web-2, was of g2/);
  assert.equal(wantedIs({ app: 'web', release: null }, []).length, 1);
});

const PLANS = { web: { good: ['g1', 'g2'], bad: ['b1'] } };
const outcome = (changed) => ({ app: 'web', id: 'web-2', release: 'g2', from: 100_000, to: 110_000, state: 'successful', why: null, ...changed });

for (const [what, outcomes, faulty, count] of [
  ['a good release that is successful', [outcome({})], false, 0],
  ['a good release that fails for no reason', [outcome({ state: 'reverted' })], false, 1],
  ['a good release that fails while its app is harmed', [outcome({ state: 'reverted' })], true, 0],
  ['a bad release that is reverted', [outcome({ release: 'b1', state: 'reverted' })], false, 0],
  ['a bad release that is successful', [outcome({ release: 'b1' })], true, 1],
  ['a deployment without an end', [outcome({ state: 'unknown' })], true, 1],
  ['a refusal for no reason', [outcome({ id: null, refused: 'worker.unwell' })], false, 1],
  ['a refusal while its app is harmed', [outcome({ id: null, refused: 'worker.unwell' })], true, 0],
  ['a refusal because another deployment runs', [outcome({}), outcome({ id: null, refused: 'deployment.in-progress', from: 105_000, to: 105_001 })], false, 0],
  ['the same when none runs', [outcome({ id: null, refused: 'deployment.in-progress' })], false, 1],
  ['a rollback with nothing to go back to', [outcome({ id: null, refused: 'rollback.no-target' })], false, 0],
  ['the same after a second release', [outcome({}), outcome({ id: null, refused: 'rollback.no-target', from: 120_000, to: 120_001 })], false, 1],
]) {
  test(`${what}: ${count === 0 ? 'right' : 'wrong'}`, () => {
    const ledger = new Ledger();
    if (faulty) ledger.end(ledger.begin({ step: 'kill', app: 'web', worker: '1.1', from: 101_000 }), 101_001);
    const wrong = wrongOutcomes(outcomes, PLANS, ledger);
    assert.equal(wrong.length, count, wrong.join('; '));
  });
}
