'use strict';
// Tries whether the port is free before it listens, as detect-port and portfinder do.
const http = require('node:http');
const net = require('node:net');
process.once('SIGUSR2', () => {
  const test = net.createServer(() => {});
  test.listen(process.env.PORT, () => {
    test.close(() => http.createServer((req, res) => res.end('real')).listen(process.env.PORT));
  });
});
setInterval(() => {}, 1000);
console.log('waiting');
