'use strict';
// A worker whose behaviour is a file of its release: behaviour.json beside this one. It needs nothing but Node, knows nothing
// of pointsman, and answers what packaging/load asks.
//
//   crashAtStart      ends with 3 before it listens
//   neverListens      stays, and does not listen
//   alwaysSick        /health is 503 from the beginning
//   sickOncePublic    /health is 503 from the first request on that is not a probe
//   crashOncePublic   ends with 4 after the first answer to a request that is not a probe
//   ignoresTerm       SIGTERM does nothing
//   slowStartMs       listens so many milliseconds late
//   needsEnv          ends with 5 unless this variable is set
//   crashIfExists     ends with 6 at start where the file exists that this variable names
//   onUsr2            what SIGUSR2 makes of this worker: "block" its event loop for ever, "leak" 300 MiB, or "sick" from now on
//   sickIfExists      /health is 503 while the file exists that this variable names
//   brokenFromSlot    all of the above holds from this slot on only
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const behaviour = given(JSON.parse(readFileSync(join(__dirname, 'behaviour.json'), 'utf8')));
let touched = false;
let sickFromNowOn = false;
const leak = [];

function given({ brokenFromSlot = 0, ...behaviour }) {
  return Number(process.env.POINTSMAN_SLOT) >= brokenFromSlot ? behaviour : {};
}

function end(code, why) {
  process.stderr.write(`${why}\n`);
  process.exit(code);
}

function isSick() {
  return (
    behaviour.alwaysSick === true ||
    (behaviour.sickOncePublic === true && touched) ||
    sickFromNowOn ||
    Boolean(behaviour.sickIfExists && existsSync(process.env[behaviour.sickIfExists]))
  );
}

function json(res, status, value) {
  const body = `${JSON.stringify(value)}\n`;
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  res.end(body);
}

const routes = {
  '/api/whoami': (req, res, query) =>
    json(res, 200, {
      release: process.env.RELEASE_ID,
      pid: process.pid,
      slot: Number(process.env.POINTSMAN_SLOT),
      nonce: query.get('nonce') ?? undefined,
    }),
  '/api/chat': (req, res, query) => {
    const count = Number(query.get('lines'));
    const filling = 'x'.repeat(1_000);
    for (let i = 0; i < count; i++) process.stdout.write(`chat ${query.get('about')} ${i} ${filling}\n`);
    json(res, 200, { lines: count });
  },
  '/api/slow': (req, res, query) => {
    const ms = Number(query.get('ms'));
    setTimeout(() => json(res, 200, { slept: ms }), ms);
  },
  '/api/chunks': (req, res, query) => {
    const n = Number(query.get('n'));
    let line = 0;
    res.writeHead(200, { 'Content-Type': 'text/plain' });
    const next = () => {
      line += 1;
      res.write(`line ${line} of ${n}\n`);
      if (line === n) res.end();
      else setTimeout(next, Number(query.get('ms')) / n);
    };
    next();
  },
  '/api/upload': (req, res) => {
    const hash = createHash('sha256');
    let bytes = 0;
    req.on('data', (piece) => {
      bytes += piece.length;
      hash.update(piece);
    });
    req.on('end', () => json(res, 200, { bytes, sha256: hash.digest('hex') }));
  },
};

const server = createServer((req, res) => {
  const url = new URL(req.url, 'http://worker');
  res.setHeader('X-Release', process.env.RELEASE_ID);
  if (url.pathname === '/health') return json(res, isSick() ? 503 : 200, { sick: isSick() });
  touched = true;
  const route = routes[url.pathname];
  if (!route) return json(res, 404, { error: `nothing at ${url.pathname}` });
  if (behaviour.crashOncePublic) res.on('finish', () => setImmediate(end, 4, 'I crash after my first answer'));
  return route(req, res, url.searchParams);
});

function listen() {
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`${process.env.RELEASE_ID} listens`));
}

const turns = {
  block: () => {
    for (;;);
  },
  leak: () => {
    for (let i = 0; i < 300; i++) leak.push(Buffer.alloc(1 << 20, i)); // Filled, so that it is resident.
  },
  sick: () => {
    sickFromNowOn = true;
  },
};
if (behaviour.onUsr2) process.on('SIGUSR2', turns[behaviour.onUsr2]);
process.on('SIGTERM', () => {
  if (!behaviour.ignoresTerm) server.close(() => process.exit(0));
});
if (behaviour.crashAtStart) end(3, 'I crash at start');
if (behaviour.needsEnv && !process.env[behaviour.needsEnv]) end(5, `${behaviour.needsEnv} is not set`);
if (behaviour.crashIfExists && existsSync(process.env[behaviour.crashIfExists])) end(6, 'I crash because of a file');
if (behaviour.neverListens) setInterval(() => {}, 60_000);
else setTimeout(listen, behaviour.slowStartMs ?? 0);
