// An incremental reader of one HTTP/1.1 response. Strict about framing, because framing is what tells a whole
// answer from a torn one: an answer is complete only when its length, its last chunk or (where it has neither) the
// end of the connection says so.
import { Failure } from './failure.mjs';

const LARGEST_HEAD = 64 * 1024;
const LARGEST_BODY = 8 * 1024 * 1024;

/** Reads one response. `complete` turns true with its last byte. */
export class ResponseReader {
  /** `onBody`, where given, takes the body's pieces as they come; otherwise they are kept for `body`. */
  constructor(onBody) {
    this.status = 0;
    this.headers = new Map();
    this.begun = false;
    this.complete = false;
    this.onBody = onBody;
    this.pieces = [];
    this.kept = 0;
    this.buffer = Buffer.alloc(0);
    this.step = this.readHead;
  }

  get body() {
    return Buffer.concat(this.pieces);
  }

  /** Whether the connection may carry another request afterwards. */
  get keepsAlive() {
    return this.complete && !this.untilClose && !/\bclose\b/i.test(this.headers.get('connection') ?? '');
  }

  /** The seconds of a "Keep-Alive: timeout=5" hint, if there is one. */
  get keepAliveHint() {
    const match = /\btimeout=(\d+)/i.exec(this.headers.get('keep-alive') ?? '');
    return match ? Number(match[1]) : null;
  }

  /** Takes bytes; returns those that come after the response's end. */
  feed(data) {
    if (data.length > 0) this.begun = true;
    this.buffer = this.buffer.length === 0 ? data : Buffer.concat([this.buffer, data]);
    while (!this.complete && this.step());
    if (!this.complete) return Buffer.alloc(0);
    const rest = this.buffer;
    this.buffer = Buffer.alloc(0);
    return rest;
  }

  /** The connection ended in order: the end of a response that has no other. */
  end() {
    if (this.untilClose) this.complete = true;
  }

  readHead() {
    const end = this.buffer.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.buffer.length > LARGEST_HEAD) throw new Failure('wrong_body', 'the head of the answer does not end');
      return false;
    }
    const [statusLine, ...lines] = this.buffer.toString('latin1', 0, end).split('\r\n');
    this.buffer = this.buffer.subarray(end + 4);
    const status = /^HTTP\/1\.[01] (\d{3})( |$)/.exec(statusLine);
    if (!status) throw new Failure('wrong_body', `not an HTTP status line: ${statusLine.slice(0, 60)}`);
    this.status = Number(status[1]);
    this.headers = new Map(lines.map(splitHeader));
    if (this.status >= 100 && this.status < 200 && this.status !== 101) return true; // Informational: the answer follows.
    this.beginBody();
    return true;
  }

  beginBody() {
    const length = this.headers.get('content-length');
    if (this.status === 101 || this.status === 204 || this.status === 304) {
      this.complete = true;
    } else if (/\bchunked\s*$/i.test(this.headers.get('transfer-encoding') ?? '')) {
      this.step = this.readChunkSize;
    } else if (length !== undefined) {
      if (!/^\d+$/.test(length)) throw new Failure('wrong_body', `Content-Length: ${length}`);
      this.remaining = Number(length);
      this.step = this.readFixed;
    } else {
      this.untilClose = true;
      this.step = this.readRest;
    }
  }

  readFixed() {
    if (!this.takeRemaining()) return false;
    this.complete = true;
    return true;
  }

  readRest() {
    this.remaining = this.buffer.length;
    this.takeRemaining();
    return false;
  }

  readChunkSize() {
    const end = this.buffer.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.buffer.toString('latin1', 0, end);
    if (!/^[0-9a-f]+\s*(;.*)?$/i.test(line)) throw new Failure('wrong_body', `not a chunk size: ${line.slice(0, 60)}`);
    this.buffer = this.buffer.subarray(end + 2);
    this.remaining = parseInt(line, 16);
    this.step = this.remaining === 0 ? this.readTrailer : this.readChunk;
    return true;
  }

  readChunk() {
    if (!this.takeRemaining()) return false;
    this.step = this.readChunkEnd;
    return true;
  }

  readChunkEnd() {
    if (this.buffer.length < 2) return false;
    if (this.buffer.toString('latin1', 0, 2) !== '\r\n') throw new Failure('wrong_body', 'a chunk is longer than its size');
    this.buffer = this.buffer.subarray(2);
    this.step = this.readChunkSize;
    return true;
  }

  readTrailer() {
    const end = this.buffer.indexOf('\r\n');
    if (end < 0) return false;
    this.buffer = this.buffer.subarray(end + 2);
    this.complete = end === 0;
    return true;
  }

  /** Takes up to `remaining` bytes of body; true when that many were there. */
  takeRemaining() {
    const piece = this.buffer.subarray(0, this.remaining);
    this.buffer = this.buffer.subarray(piece.length);
    this.remaining -= piece.length;
    if (piece.length > 0) this.keep(piece);
    return this.remaining === 0;
  }

  keep(piece) {
    if (this.onBody) return this.onBody(piece);
    this.kept += piece.length;
    if (this.kept > LARGEST_BODY) throw new Failure('wrong_body', `the answer is larger than ${LARGEST_BODY} bytes`);
    this.pieces.push(piece);
  }
}

function splitHeader(line) {
  const colon = line.indexOf(':');
  if (colon < 1) throw new Failure('wrong_body', `not a header: ${line.slice(0, 60)}`);
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
