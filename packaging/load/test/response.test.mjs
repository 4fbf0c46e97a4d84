import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseReader } from '../lib/response.mjs';

/** Feeds `text` in pieces of `size` bytes. */
function read(text, size = text.length) {
  const reader = new ResponseReader();
  const bytes = Buffer.from(text, 'latin1');
  let rest = Buffer.alloc(0);
  for (let i = 0; i < bytes.length; i += size) rest = Buffer.concat([rest, reader.feed(bytes.subarray(i, i + size))]);
  return { reader, rest: rest.toString('latin1') };
}

const FIXED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n';

for (const [name, text] of [['of known length', FIXED], ['in chunks', CHUNKED]]) {
  test(`reads a body ${name}, however it is cut into pieces`, () => {
    for (const size of [1, 2, 3, 7, text.length]) {
      const { reader } = read(text, size);
      assert.equal(reader.complete, true, `in pieces of ${size}`);
      assert.equal(reader.body.toString(), 'hello');
      assert.equal(reader.keepsAlive, true);
    }
  });

  test(`a body ${name} is incomplete until its very last byte`, () => {
    for (let length = 1; length < text.length; length += 1) {
      const { reader } = read(text.slice(0, length));
      reader.end();
      assert.equal(reader.complete, false, `after ${length} bytes`);
      assert.equal(reader.begun, true);
    }
  });
}

test('a body without length ends with the connection, and keeps none alive', () => {
  const { reader } = read('HTTP/1.1 200 OK\r\n\r\nhello');
  assert.equal(reader.complete, false);
  reader.end();
  assert.equal(reader.complete, true);
  assert.equal(reader.body.toString(), 'hello');
  assert.equal(reader.keepsAlive, false);
});

test('an informational answer is passed over', () => {
  const { reader } = read(`HTTP/1.1 100 Continue\r\n\r\n${FIXED}`, 4);
  assert.equal(reader.status, 200);
  assert.equal(reader.complete, true);
});

test('what follows the answer is given back', () => {
  assert.equal(read(`${FIXED}more`).rest, 'more');
});

test('204 and 304 have no body', () => {
  for (const status of [204, 304]) assert.equal(read(`HTTP/1.1 ${status} X\r\nETag: a\r\n\r\n`).reader.complete, true);
});

test('reads "Connection: close" and the keep-alive hint', () => {
  const { reader } = read('HTTP/1.1 200 OK\r\nConnection: Close\r\nKeep-Alive: timeout=5, max=9\r\nContent-Length: 0\r\n\r\n');
  assert.equal(reader.keepsAlive, false);
  assert.equal(reader.keepAliveHint, 5);
});

for (const [what, text] of [
  ['a status line', 'ICY 200 OK\r\n\r\n'],
  ['a header', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['the end of a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n'],
]) {
  test(`refuses what is not ${what}`, () => {
    assert.throws(() => read(text), { kind: 'wrong_body' });
  });
}
