'use strict';
// Works in a thread, serves in the main one. The thread tells what it sees of the worker's environment.
const http = require('node:http');
const { Worker } = require('node:worker_threads');
const { answer } = require('./routes.cjs');
const seen = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', () => {
    const pointsman = Object.keys(process.env).filter((name) => /^(POINTSMAN_(DIR|LISTEN)|LISTEN_)/.test(name));
    parentPort.postMessage({ pointsman, options: process.env.NODE_OPTIONS });
  });`;
const thread = new Worker(seen, { eval: true });
const server = http.createServer(async (req, res) => {
  if (req.url !== '/thread') return res.end(await answer(req.url));
  thread.once('message', (message) => res.end(JSON.stringify(message)));
  thread.postMessage('?');
});
server.listen(process.env.PORT);
