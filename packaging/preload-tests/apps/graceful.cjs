'use strict';
// The graceful shutdown that Node tutorials teach, with its safety valve, as plain JavaScript.
const http = require('node:http');
const { answer } = require('./routes.cjs');
const server = http.createServer(async (req, res) => res.end(await answer(req.url)));
server.listen(process.env.PORT, () => console.log(`API listening on port ${process.env.PORT}`));

const gracefulShutdown = (signal) => {
  console.log(`Received ${signal}. Initiating graceful shutdown...`);
  server.close((error) => {
    if (error) process.exit(1);
    console.log('All connections drained. Exiting.');
    process.exit(0);
  });
  if (process.env.FORCE) server[process.env.FORCE]();
  setTimeout(() => {
    console.error('Shutdown timeout exceeded. Forcing exit.');
    process.exit(1);
  }, 10_000);
};
process.on('SIGINT', () => gracefulShutdown('SIGINT'));
process.on('SIGTERM', () => gracefulShutdown('SIGTERM'));
