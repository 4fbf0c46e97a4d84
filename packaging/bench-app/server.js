'use strict';
// The app that the benchmarks run with several workers: as small as a server can be, so that what is measured is not it.

const { createServer } = require('node:http');

const server = createServer((request, response) => response.end('ok\n')).listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
