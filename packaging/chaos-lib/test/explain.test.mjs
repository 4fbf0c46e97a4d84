import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../explain.mjs';
import { Ledger } from '../ledger.mjs';

const VICTIM = '100.1';
const OTHER = '200.1';

/** A lost request: its connection from port 5000 was opened at 1000, asked at 1100, and broke at 2000. */
function lost(changed = {}) {
  return { app: 'web', kind: 'slow', failure: 'reset', detail: '', status: null, localPort: 5_000, openedAt: 1_000, sentAt: 1_100, failedAt: 2_000, worker: null, release: null, ...changed };
}

/** A ledger with one fault of VICTIM, which held `ports` at 1500. */
function ledgerWith({ step = 'kill', app = 'web', worker = VICTIM, from = 1_490, to = 1_510, ports = [5_000], countedAt = 1_500 } = {}) {
  const ledger = new Ledger();
  const fault = ledger.begin({ step, app, worker, from });
  Object.assign(fault, { to, ports, countedAt });
  return ledger;
}

function judge(failure, { ledger = ledgerWith(), accepted = null, online = [VICTIM, OTHER], answers500 = [] } = {}) {
  return explain(failure, { ledger, acceptedBy: () => accepted, onlineBefore: () => online, releases: { answers500: (app, release) => answers500.includes(release) } });
}

test('a connection that the killed worker held is explained, whoever knows of it besides', () => {
  assert.equal(judge(lost()).fault.worker, VICTIM);
  assert.equal(judge(lost({ worker: VICTIM })).fault.worker, VICTIM);
  assert.equal(judge(lost(), { accepted: { worker: VICTIM, ends: null } }).fault.worker, VICTIM);
});

for (const [what, failure, given] of [
  ['a connection that another worker had answered on', lost({ worker: OTHER }), {}],
  ['a connection that another worker had accepted', lost(), { accepted: { worker: OTHER, ends: null } }],
  ['a connection that nobody accepted', lost({ localPort: 5_001 }), {}],
  ['a connection that was not even established', lost({ localPort: null, failure: 'timeout' }), {}],
  ['the same port of an earlier connection', lost({ openedAt: 1_600, sentAt: 1_700 }), {}],
  ['a failure before the fault', lost({ failedAt: 1_400 }), { accepted: { worker: VICTIM, ends: null } }],
  ['the same port at another app', lost({ app: 'shop' }), {}],
  ['a refused connection', lost({ failure: 'refused' }), {}],
  ['a wrong body of the killed worker', lost({ failure: 'wrong_body', worker: VICTIM }), {}],
  ['a request that the load client could not send', lost({ failure: 'client_fault' }), {}],
  ['a worker that was only told to ignore signals', lost({ worker: VICTIM }), { ledger: ledgerWith({ step: 'ignore-term' }) }],
  ['a worker that only leaks', lost(), { ledger: ledgerWith({ step: 'leak' }) }],
  ['a frozen agent', lost(), { ledger: ledgerWith({ step: 'agent-freeze', app: null, worker: null, ports: [] }) }],
]) {
  test(`${what} explains nothing`, () => {
    const { fault, unexplained } = judge(failure, given);
    assert.equal(fault, undefined);
    assert.ok(unexplained.length > 10);
  });
}

test('what a stopped worker serves is explained until it is over, by whichever way the worker is known', () => {
  const ledger = ledgerWith({ step: 'stop', to: 9_000, ports: [] });
  assert.ok(judge(lost({ worker: VICTIM, failure: 'timeout', sentAt: 3_000, failedAt: 33_000 }), { ledger }).fault);
  assert.ok(judge(lost({ sentAt: 3_000, failedAt: 33_000 }), { ledger, accepted: { worker: VICTIM, ends: null } }).fault);
  assert.ok(judge(lost({ worker: VICTIM, sentAt: 9_001, failedAt: 9_500 }), { ledger }).unexplained);
});

test('a release that ends itself explains what its worker had accepted, and nothing later', () => {
  const ledger = new Ledger();
  const accepted = { worker: OTHER, ends: { at: 1_900, why: 'I crash' } };
  assert.equal(judge(lost(), { ledger, accepted }).fault.why, 'I crash');
  assert.ok(judge(lost({ failedAt: 1_700 }), { ledger, accepted }).unexplained);
});

test('500 is explained by a release that is made to answer so, and by no other', () => {
  const failure = lost({ failure: 'http_5xx', status: 500, worker: OTHER, release: 'r9' });
  assert.ok(judge(failure, { answers500: ['r9'] }).fault);
  assert.ok(judge(failure, { answers500: ['r8'] }).unexplained);
  assert.ok(judge({ ...failure, status: 502 }, { answers500: ['r9'] }).unexplained);
});

test("the agent's own 503 is explained only while every worker was disabled", () => {
  const failure = lost({ failure: 'http_5xx', status: 503 });
  const ledger = ledgerWith({ step: 'kill-all' });
  assert.ok(judge(failure, { ledger, online: [VICTIM] }).fault);
  assert.match(judge(failure, { ledger, online: [VICTIM, OTHER] }).unexplained, new RegExp(`nothing had been done to worker ${OTHER}`));
  assert.ok(judge({ ...failure, worker: VICTIM }, { ledger, online: [VICTIM] }).unexplained, 'a worker itself answered 503');
  assert.ok(judge(failure, { ledger: new Ledger(), online: [] }).unexplained);
});
