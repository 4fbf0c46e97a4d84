// The requests of the sample's API, and what a right answer to each is.
import { createHash, randomBytes } from 'node:crypto';
import { Failure } from './failure.mjs';

const MATERIAL = randomBytes(2 * 1024 * 1024);
const PIECE = 16 * 1024;
let nonces = 0;

/** Asks who answers; the answer must carry this very request's nonce. */
export function whoami() {
  const nonce = `${process.pid}-${(nonces += 1)}`;
  return {
    write: getter(`/api/whoami?nonce=${nonce}`),
    check: (response) => expect(json(response).nonce, nonce, 'nonce'),
  };
}

/** An answer that takes 20 to 300 ms. */
export function slow() {
  const ms = between(20, 300);
  return { write: getter(`/api/slow?ms=${ms}`), check: (response) => expect(json(response).slept, ms, 'slept') };
}

/** A chunked answer of 2 to 12 lines over 20 to 300 ms. */
export function chunks() {
  const n = between(2, 12);
  const text = Array.from({ length: n }, (_, i) => `line ${i + 1} of ${n}\n`).join('');
  return {
    write: getter(`/api/chunks?n=${n}&ms=${between(20, 300)}`),
    check: (response) => expect(response.body.toString('latin1'), text, 'body'),
  };
}

/** 32 KiB to 1 MiB, sent piece by piece with pauses, so that a deployment meets uploads that are under way. */
export function upload() {
  const bytes = between(32 * 1024, 1024 * 1024);
  const from = between(0, MATERIAL.length - bytes);
  const body = MATERIAL.subarray(from, from + bytes);
  const digest = createHash('sha256').update(body).digest('hex');
  const pauseMs = between(0, 8);
  return {
    write: (socket, host, close) => {
      socket.write(head('POST', '/api/upload', host, close, [`Content-Length: ${bytes}`, 'Content-Type: application/octet-stream']));
      sendPieces(socket, body, pauseMs);
    },
    check: (response) => {
      const answer = json(response);
      expect(answer.bytes, bytes, 'bytes');
      expect(answer.sha256, digest, 'sha256');
    },
  };
}

/**
 * Any page of any server: complete and 2xx is all that can be asked of it. With `release`, an expression whose first group
 * is the release's name, it must also be found in the page.
 */
export function plain(path, release) {
  return () => ({ write: getter(path), check: (response) => (release ? releaseIn(response, release) : undefined) });
}

function releaseIn(response, pattern) {
  const text = response.body.toString('utf8');
  const match = pattern.exec(text);
  if (!match) throw new Failure('wrong_body', `nothing in it matches ${pattern}: ${text.slice(0, 80)}`);
  return match[1];
}

function sendPieces(socket, body, pauseMs) {
  let sent = 0;
  const next = () => {
    if (socket.destroyed || sent >= body.length) return;
    const piece = body.subarray(sent, sent + PIECE);
    sent += piece.length;
    socket.write(piece, () => (pauseMs > 0 ? setTimeout(next, pauseMs) : next()));
  };
  next();
}

function getter(path) {
  return (socket, host, close) => socket.write(head('GET', path, host, close, []));
}

/** The head of a request, with its empty line. */
export function head(method, path, host, close, headers) {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'User-Agent: pointsman-load', `Connection: ${close ? 'close' : 'keep-alive'}`];
  return `${[...lines, ...headers].join('\r\n')}\r\n\r\n`;
}

function json(response) {
  const text = response.body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('wrong_body', `not JSON: ${text.slice(0, 80)}`);
  }
}

function expect(actual, expected, what) {
  if (actual !== expected) throw new Failure('wrong_body', `${what}: ${String(actual).slice(0, 80)} instead of ${String(expected).slice(0, 80)}`);
}

/** A whole number from `low` to `high`. */
export function between(low, high) {
  return low + Math.floor(Math.random() * (high - low + 1));
}
