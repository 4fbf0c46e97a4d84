'use strict';
// The ordinary answers. The page names its parts by release, as bundlers do: a part of another release is not here.
const { createHash } = require('node:crypto');
const { RELEASE } = require('./identity.js');

const LONGEST_MS = 30_000;
const MOST_CHUNKS = 1_000;
const PARTS_OF_A_PAGE = 3;

function json(response, value) {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function bounded(text, usual, most) {
  const value = Number(text ?? usual);
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 1), most) : usual;
}

function whoami(request, response, query) {
  json(response, { release: RELEASE, pid: process.pid, nonce: query.get('nonce')?.slice(0, 64) });
}

function slow(request, response, query) {
  const ms = bounded(query.get('ms'), 100, LONGEST_MS);
  const timer = setTimeout(() => json(response, { slept: ms }), ms);
  response.on('close', () => clearTimeout(timer));
}

function chunks(request, response, query) {
  const n = bounded(query.get('n'), 8, MOST_CHUNKS);
  const ms = bounded(query.get('ms'), 100, LONGEST_MS);
  let sent = 0;
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  const timer = setInterval(() => {
    sent += 1;
    response.write(`line ${sent} of ${n}\n`);
    if (sent >= n) response.end();
  }, Math.max(1, Math.round(ms / n)));
  response.on('close', () => clearInterval(timer));
}

function upload(request, response) {
  const hash = createHash('sha256');
  let bytes = 0;
  request.on('data', (piece) => {
    bytes += piece.length;
    hash.update(piece);
  });
  request.on('end', () => json(response, { bytes, sha256: hash.digest('hex') }));
}

function events(request, response, query) {
  const every = bounded(query.get('every'), 1_000, 60_000);
  let id = 0;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const send = () => response.write(`id: ${(id += 1)}\ndata: ${RELEASE}\n\n`);
  send();
  const timer = setInterval(send, every);
  response.on('close', () => clearInterval(timer));
}

function page(request, response) {
  const scripts = Array.from({ length: PARTS_OF_A_PAGE }, (_, i) => `<script src="/parts/${RELEASE}/${i + 1}.js"></script>`);
  response.setHeader('Content-Type', 'text/html');
  response.end(`<!doctype html><title>${RELEASE}</title>${scripts.join('')}\n`);
}

function part(request, response, query, [, release, number]) {
  response.statusCode = release === RELEASE ? 200 : 404;
  response.setHeader('Content-Type', 'text/javascript');
  response.end(release === RELEASE ? `// part ${number} of ${release}\n` : `// this is ${RELEASE}, not ${release}\n`);
}

const routes = {
  '/': page,
  '/api/whoami': whoami,
  '/api/slow': slow,
  '/api/chunks': chunks,
  '/api/upload': upload,
  '/api/events': events,
};

module.exports = { PARTS: part, routes };
