'use strict';
// What is wrong with this release, from behaviour.json, and what can be done to a worker of it from outside.
//
//   crashAtStart        ends with 3 before it listens
//   neverListens        stays, and does not listen
//   alwaysSick          /health is 503 from the beginning
//   crashAfterRequests  ends with 4 after the answer to so many public requests
//   sickAfterMs         so long after its start everything is answered with 500, /health with 503
//   ignoresTerm         SIGTERM and SIGINT do nothing
//   slowStartMs         listens so many milliseconds late
//   startMs             works so many milliseconds at its start before it does anything else
//
// CHAOS_DIR names a folder for a journal per process, TICKS.PID.jsonl: each public connection that it accepted, and the
// worker's own word that it hangs or ends. Lines are written before anything else happens, so that no death loses one.
// Below /chaos/ the agent's private socket (no public client) lets a worker hang, leak, or ignore signals.
const { existsSync, mkdirSync, openSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { WORKER } = require('./identity.js');

const FILE = join(__dirname, 'behaviour.json');

const behaviour = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
const began = performance.now();
const journal = openJournal(process.env.CHAOS_DIR);
const leaked = [];
let termIgnored = behaviour.ignoresTerm === true;
let answered = 0;

function openJournal(folder) {
  if (!folder) return null;
  mkdirSync(folder, { recursive: true });
  return openSync(join(folder, `${WORKER}.jsonl`), 'a');
}

function note(entry) {
  if (journal !== null) writeSync(journal, `${JSON.stringify({ at: Date.now(), ...entry })}\n`);
}

/** A probe comes over a Unix socket, where the preload shows a client at port 0. */
function isPrivate(socket) {
  return !socket.remotePort;
}

/** Notes a public connection before anything is read from it. */
function accepted(socket) {
  if (!isPrivate(socket)) note({ accepted: socket.remotePort });
}

function isSick() {
  return behaviour.alwaysSick === true || performance.now() - began > (behaviour.sickAfterMs ?? Infinity);
}

function end(code, why) {
  note({ ends: why });
  process.stderr.write(`${why}\n`);
  process.exit(code);
}

function text(response, status, body) {
  response.statusCode = status;
  response.end(`${body}\n`);
}

const ORDERS = {
  '/chaos/hang': () => {
    note({ hangs: true });
    for (;;);
  },
  '/chaos/leak': (response, query) => {
    for (let mb = 0; mb < Math.min(Number(query.get('mb')), 1_024); mb += 1) leaked.push(Buffer.alloc(1_048_576, 1));
    text(response, 200, `${leaked.length} MB`);
  },
  '/chaos/ignore-term': (response) => {
    termIgnored = true;
    text(response, 200, 'deaf');
  },
};

/** True where the request is none of the ordinary ones, and was answered here. */
function answers(pathname, request, response, query) {
  if (pathname === '/health') {
    text(response, isSick() ? 503 : 200, isSick() ? 'sick' : 'well');
    return true;
  }
  const order = ORDERS[pathname];
  if (order && isPrivate(request.socket)) {
    order(response, query);
    return true;
  }
  if (isSick()) {
    text(response, 500, 'this release is out of order');
    return true;
  }
  answered += 1;
  if (answered >= (behaviour.crashAfterRequests ?? Infinity)) {
    response.on('finish', () => setImmediate(end, 4, 'I crash after an answer'));
  }
  return false;
}

/** Calls `listen` when this release is ready to, which is not every one. */
function starting(listen) {
  const busyUntil = performance.now() + (behaviour.startMs ?? 0);
  while (performance.now() < busyUntil);
  if (behaviour.crashAtStart) end(3, 'I crash at start');
  if (behaviour.neverListens) setInterval(() => {}, 60_000);
  else setTimeout(listen, behaviour.slowStartMs ?? 0);
}

module.exports = { accepted, answers, ignores: () => termIgnored, starting };
