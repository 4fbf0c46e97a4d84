'use strict';
// The app that this load client asks, without any package: all kinds of answers, short and long-lived. What is wrong with a
// release of it is in behaviour.json beside this file (see behaviour.js). It knows nothing of pointsman: it listens on PORT,
// and on SIGTERM or SIGINT does what Node's documentation tells everybody to do.
const { createServer } = require('node:http');
const { echo } = require('./echo.js');
const behaviour = require('./behaviour.js');
const { PARTS, routes } = require('./routes.js');
const { WORKER, RELEASE } = require('./identity.js');

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://app');
  response.setHeader('X-Release', RELEASE);
  response.setHeader('X-Worker', WORKER);
  if (behaviour.answers(pathname, request, response, searchParams)) return;
  const part = /^\/parts\/([\w.-]+)\/(\d+)\.js$/.exec(pathname);
  const route = part ? PARTS : routes[pathname];
  if (route) return route(request, response, searchParams, part);
  response.statusCode = 404;
  response.end(`nothing at ${pathname}\n`);
});
// Longer than any client here is silent, as behind every proxy: else an answer that is read late, on a busy machine, is taken
// for a lost one, because the client uses the connection in the moment in which the server gives it up.
server.keepAliveTimeout = 30_000;
server.on('upgrade', echo);
server.on('connection', behaviour.accepted);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (stopping || behaviour.ignores(signal)) return;
    stopping = true;
    server.close(() => process.exit(0));
  });
}

behaviour.starting(() => server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1', () => process.send?.('ready')));
