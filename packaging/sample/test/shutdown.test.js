import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, startServer } from './helper.js';

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`finishes what is in flight on ${signal} and ends with 0`, async (t) => {
    const { program, url } = await startServer(t);
    const slow = get(`${url}/api/slow?ms=600`);
    const chunks = get(`${url}/api/chunks?n=4&ms=600`);
    for (let i = 0; i < 3; i += 1) await get(`${url}/api/whoami`); // The two before have been received by then: one event loop.
    program.child.kill(signal);
    await program.line(new RegExp(`${signal}: finishing`));
    assert.equal((await slow).status, 200);
    assert.match((await chunks).body, /line 4 of 4\n$/);
    assert.deepEqual(await program.exit, { code: 0, signal: null });
  });
}

test('leaves by the valve, with 1, when something never ends', { timeout: 30_000 }, async (t) => {
  const { program, url } = await startServer(t);
  const stream = await fetch(`${url}/api/events`);
  const reading = stream.text().catch((error) => error);
  program.child.kill('SIGTERM');
  assert.deepEqual(await program.exit, { code: 1, signal: null });
  assert.match(program.lines.join('\n'), /still open after 10000 ms/);
  assert.ok((await reading) instanceof Error, 'the stream was cut, not ended');
});
