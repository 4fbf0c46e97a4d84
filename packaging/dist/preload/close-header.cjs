'use strict';
// Puts `Connection: close` on the answers of a server that is closing. This happens when the head is written, the last
// moment possible: so it holds for answers that were under way before, and whatever the app or a proxy library says itself.

const { Answer } = require('./connection.cjs');

let installed = false;

/** Patches http.ServerResponse once; answers of servers that are not managed are untouched. */
function install() {
  if (installed) return;
  installed = true;
  const { ServerResponse } = require('node:http');
  const writeHead = ServerResponse.prototype.writeHead;
  ServerResponse.prototype.writeHead = function (...args) {
    return writeHead.apply(this, isLast(this) ? announcingClose(this, args) : args);
  };
}

/** A pipelining client has sent its next request already; then only the newest answer may close the connection. */
function isLast(response) {
  const answer = Answer.of(response);
  return Boolean(
    answer && answer.server.closing && answer.connection.newestAnswer === answer && !response.headersSent,
  );
}

/** `args` are writeHead's: status, perhaps a reason, perhaps headers as an object or as a flat or nested list. */
function announcingClose(response, args) {
  response.shouldKeepAlive = false;
  const at = args.findIndex((arg) => typeof arg === 'object' && arg !== null);
  if (at === -1) {
    response.setHeader('Connection', 'close');
    return args;
  }
  return args.map((arg, i) => (i === at ? closing(arg) : arg));
}

function closing(headers) {
  if (!Array.isArray(headers)) {
    const kept = Object.entries(headers).filter(([name]) => !isConnection(name));
    return { ...Object.fromEntries(kept), Connection: 'close' };
  }
  if (Array.isArray(headers[0])) {
    return [...headers.filter(([name]) => !isConnection(name)), ['Connection', 'close']];
  }
  const isOther = (_, i) => !isConnection(headers[i - (i % 2)]);
  return [...headers.filter(isOther), 'Connection', 'close'];
}

function isConnection(name) {
  return /^(connection|keep-alive)$/i.test(String(name));
}

module.exports = { install };
