'use strict';
// node:http, with the answers that a drain has to treat differently.
const http = require('node:http');
const { answer, waiting } = require('./routes.cjs');

let flooded;
const special = {
  '/waiting': (req, res) => res.end(String(waiting.length)),
  '/address': (req, res) => res.end(JSON.stringify(server.address())),
  '/remote': (req, res) => res.end(req.socket.remoteAddress.replace('::ffff:', '')),
  '/connections': (req, res) => server.getConnections((error, count) => res.end(String(count))),
  '/insists-object': (req, res) => {
    res.writeHead(200, { Connection: 'keep-alive', 'Set-Cookie': ['a=1', 'b=2'] });
    res.end('insists');
  },
  '/insists-list': (req, res) => {
    res.writeHead(200, ['connection', 'keep-alive', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
    res.end('insists');
  },
  '/insists-early': (req, res) => {
    res.setHeader('Connection', 'keep-alive');
    res.end('insists');
  },
  '/stream': async (req, res) => {
    res.write('begun ');
    res.end(await answer('/slow'));
  },
  '/events': (req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'keep-alive' });
    const timer = setInterval(() => res.write('data: tick\n\n'), 1);
    // Stops too late, as many apps do.
    req.on('close', () => setTimeout(() => clearInterval(timer), 300));
  },
  '/flood': (req, res) => {
    flooded = res;
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const timer = setInterval(() => res.write(`data: ${'x'.repeat(65_536)}\n\n`), 1); // Faster than anybody reads.
    req.on('close', () => clearInterval(timer));
  },
  '/flooded': (req, res) => res.end(String(flooded?.writableLength ?? 0)),
  '/upload': (req, res) => {
    let bytes = 0;
    req.on('data', (chunk) => (bytes += chunk.length));
    req.on('end', () => res.end(`got ${bytes}`));
  },
};

const server = http.createServer(async (req, res) => {
  const handler = special[req.url];
  if (handler) handler(req, res);
  else res.end(await answer(req.url));
});
if (process.env.KEEP_ALIVE_TIMEOUT) server.keepAliveTimeout = Number(process.env.KEEP_ALIVE_TIMEOUT);
server.listen(Number(process.env.PORT));
