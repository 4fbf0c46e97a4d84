'use strict';
const cluster = require('node:cluster');
if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.WORKERS ?? 2); i++) cluster.fork();
  process.on('SIGUSR2', () => cluster.fork()); // In place of one that died.
} else {
  const http = require('node:http');
  const { answer } = require('./routes.cjs');
  const server = http.createServer(async (req, res) => {
    if (req.url === '/die') process.exit(1);
    if (req.url === '/address') res.end(JSON.stringify(server.address()));
    else res.end(await answer(req.url));
  });
  server.listen(process.env.PORT);
}
