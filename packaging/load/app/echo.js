'use strict';
// An echoing WebSocket (RFC 6455), as much of it as is asked for here: short text messages, pings, and the goodbye.
const { createHash } = require('node:crypto');

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3.
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const SHORT = 125;

/** Takes over a socket that asked for an upgrade. */
function echo(request, socket, head) {
  const key = request.headers['sec-websocket-key'];
  if (!key || request.headers.upgrade?.toLowerCase() !== 'websocket') return socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  const accept = createHash('sha1').update(key + MAGIC).digest('base64');
  const { WORKER } = require('./identity.js');
  const answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, `X-Worker: ${WORKER}`];
  socket.write(`${answer.join('\r\n')}\r\n\r\n`);
  let buffer = head;
  const take = (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (let frame; (frame = parse(buffer)) !== null; buffer = buffer.subarray(frame.length)) {
      if (!reply(socket, frame)) return;
    }
    if (buffer.length > 1_024) socket.destroy();
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', take);
  socket.on('end', () => socket.end());
  take(Buffer.alloc(0));
}

/** Answers one frame; false when it was the last. */
function reply(socket, { opcode, payload }) {
  if (opcode === TEXT) socket.write(build(TEXT, payload));
  else if (opcode === PING) socket.write(build(PONG, payload));
  else if (opcode === CLOSE) {
    socket.end(build(CLOSE, payload.subarray(0, 2)));
    return false;
  }
  return true;
}

function build(opcode, payload) {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
}

/** The first frame of a client in `buffer`; null while it is incomplete. */
function parse(buffer) {
  if (buffer.length < 6) return null;
  const size = buffer[1] & 0x7f;
  if (size > SHORT || buffer.length < 6 + size) return null;
  const mask = buffer.subarray(2, 6);
  const payload = Buffer.from(buffer.subarray(6, 6 + size).map((byte, i) => byte ^ mask[i % 4]));
  return { opcode: buffer[0] & 0x0f, payload, length: 6 + size };
}

module.exports = { echo };
