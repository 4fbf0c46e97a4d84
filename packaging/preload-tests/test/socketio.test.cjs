'use strict';
// Socket.IO over both of its transports: clients are sent away in order, and are back on the next worker by themselves.

const test = require('node:test');
const assert = require('node:assert/strict');
const { io } = require('socket.io-client');
const { eventually, startServing, within } = require('../harness.cjs');

const CLIENTS = 6;

/** A client that counts how often it was sent away, and why. */
function connect(t, port, transports) {
  const socket = io(`http://127.0.0.1:${port}`, { transports, reconnectionDelay: 20, reconnectionDelayMax: 100, forceNew: true });
  const client = { socket, reasons: [], errors: [] };
  socket.on('disconnect', (reason, details) => client.reasons.push([reason, details?.context?.code ?? details?.description]));
  t.after(() => socket.disconnect());
  return client;
}

/** Which process answers. */
async function ask({ socket }) {
  const reply = await within('an echo', new Promise((resolve) => socket.emit('echo', 'hello', resolve)));
  const [pid, text] = reply.split(' ');
  assert.equal(text, 'hello');
  return Number(pid);
}

/** As ask(), but what was sent on the session that ended is never answered. */
async function answered({ socket }) {
  const reply = await socket.timeout(500).emitWithAck('echo', 'hello').catch(() => null);
  return reply && Number(reply.split(' ')[0]);
}

test('Socket.IO over WebSocket: closed with 1001, spread, and back on the new worker', async (t) => {
  const old = await startServing(t, 'socketio.cjs');
  const clients = Array.from({ length: CLIENTS }, () => connect(t, old.port, ['websocket']));
  for (const client of clients) assert.equal(await ask(client), old.pid);
  const next = await startServing(t, 'socketio.cjs', { shared: old.shared });

  await old.drain(20_000, 100);
  assert.equal((await old.drained()).cut, 0);

  for (const client of clients) {
    assert.equal(await ask(client), next.pid);
    assert.deepEqual(client.reasons, [['transport close', 1001]]);
  }
  await eventually('the app saw them go', () => old.output.split('disconnected: transport close').length === CLIENTS + 1, () => old.describe());
});

test('Socket.IO over long polling: no poll is cut', async (t) => {
  // A poll is answered by the next ping at the latest, so the time to drain must be longer than that.
  const old = await startServing(t, 'socketio.cjs', { env: { PING_MS: '2000' } });
  const client = connect(t, old.port, ['polling']);
  assert.equal(await ask(client), old.pid);
  const next = await startServing(t, 'socketio.cjs', { shared: old.shared });

  await old.drain(20_000, 100);
  assert.equal((await old.drained()).cut, 0);

  // Its session is known to the old worker only: the new one says so, and the client begins again.
  await eventually('it is back', async () => (await answered(client)) === next.pid, () => JSON.stringify(client.reasons));
});
