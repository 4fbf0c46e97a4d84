'use strict';
// Not HTTP at all: echoes lines.
const net = require('node:net');
net.createServer({ keepAlive: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
}).listen(process.env.PORT);
