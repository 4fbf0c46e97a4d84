// The client's side of an open WebSocket (RFC 6455): sends numbered messages, wants each echoed, and tells a close
// frame from a cut.
import { randomBytes } from 'node:crypto';
import { Failure } from './failure.mjs';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const EVERY_MS = 250;
const LARGEST_FRAME = 64 * 1024;

/** One WebSocket after its handshake. */
export class WebSocketSession {
  constructor({ socket, rest }, { timeoutMs }) {
    this.socket = socket;
    this.timeoutMs = timeoutMs;
    this.buffer = rest;
    this.sent = 0;
    this.echoed = 0;
  }

  /** Resolves with the code of the server's close frame; rejects with a Failure. */
  run() {
    return new Promise((resolve, reject) => {
      const stall = setTimeout(() => end(reject, new Failure('timeout', `no echo for ${this.timeoutMs} ms`)), this.timeoutMs);
      const sending = setInterval(() => this.sendNext(), EVERY_MS);
      const end = (settle, value) => {
        clearTimeout(stall);
        clearInterval(sending);
        settle(value);
        if (settle === reject) this.socket.destroy();
      };
      const cut = (how) => end(reject, new Failure('cut', `${how} without a close frame, after ${this.echoed} echoes`));
      const read = (data) => {
        try {
          const code = this.take(data, () => stall.refresh());
          if (code !== null) end(resolve, code);
        } catch (error) {
          end(reject, error instanceof Failure ? error : new Failure('wrong_body', error.message, { cause: error }));
        }
      };
      this.socket.on('data', read);
      this.socket.on('end', () => cut('closed'));
      this.socket.on('close', () => cut('closed'));
      this.socket.on('error', (error) => cut(error.code ?? error.message));
      read(Buffer.alloc(0));
    });
  }

  /** Says goodbye from this side. */
  close() {
    if (!this.socket.destroyed) this.socket.end(frame(CLOSE, Buffer.from([0x03, 0xe8])));
  }

  sendNext() {
    this.sent += 1;
    this.socket.write(frame(TEXT, Buffer.from(`message ${this.sent}`)));
  }

  /** Takes bytes; the code of a close frame once there is one, null before. */
  take(data, onEcho) {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (let next; (next = parse(this.buffer)) !== null; ) {
      this.buffer = this.buffer.subarray(next.length);
      if (next.opcode === CLOSE) {
        this.socket.end(frame(CLOSE, next.payload.subarray(0, 2)));
        return next.payload.length >= 2 ? next.payload.readUInt16BE(0) : 1005;
      }
      if (next.opcode === PING) this.socket.write(frame(PONG, next.payload));
      if (next.opcode === TEXT) {
        this.expectEcho(next.payload.toString('utf8'));
        onEcho();
      }
    }
    return null;
  }

  expectEcho(text) {
    this.echoed += 1;
    const expected = `message ${this.echoed}`;
    if (text !== expected || this.echoed > this.sent) throw new Failure('wrong_body', `echo "${text.slice(0, 40)}" instead of "${expected}"`);
  }
}

/** A masked, final frame; payloads up to 125 bytes are all that is sent here. */
function frame(opcode, payload) {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, i) => byte ^ mask[i % 4]));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

/** The first frame of a server in `buffer`, or null while it is incomplete. */
function parse(buffer) {
  if (buffer.length < 2) return null;
  if (buffer[1] & 0x80) throw new Failure('wrong_body', 'a server must not mask its frames');
  let size = buffer[1] & 0x7f;
  let start = 2;
  if (size === 126) {
    if (buffer.length < 4) return null;
    size = buffer.readUInt16BE(2);
    start = 4;
  } else if (size === 127) {
    throw new Failure('wrong_body', `a frame of more than ${LARGEST_FRAME} bytes`);
  }
  if (buffer.length < start + size) return null;
  return { opcode: buffer[0] & 0x0f, payload: buffer.subarray(start, start + size), length: start + size };
}
