'use strict';
// A full disk costs log lines and not the worker. Node writes to a file at once, and an app that writes to process.stdout
// while the disk is full gets an 'error' that nobody listens to, which ends it. Here such a write is counted and forgotten.

const fs = require('node:fs');

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** Guards standard output and error where they are files; `refused` is called for every write that was lost. */
function guard(refused) {
  for (const name of ['stdout', 'stderr']) {
    const stream = process[name];
    if (isFile(stream.fd) && typeof stream._write === 'function') {
      stream._write = (chunk, encoding, callback) => callback(write(stream.fd, chunk, encoding, refused));
    }
  }
}

function isFile(descriptor) {
  try {
    return fs.fstatSync(descriptor).isFile();
  } catch {
    return false; // Closed.
  }
}

/** Writes all of `chunk`, or what there is room for; returns the error that the app is to hear of. */
function write(descriptor, chunk, encoding, refused) {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
  try {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(descriptor, bytes, done);
  } catch (error) {
    if (!FULL.has(error.code)) return error;
    refused();
  }
  return undefined;
}

module.exports = { guard };
