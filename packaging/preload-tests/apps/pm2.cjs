'use strict';
// Written for PM2: ready by message, stops on the shutdown message.
const http = require('node:http');
const { answer } = require('./routes.cjs');
let ready = false;
const server = http.createServer(async (req, res) => {
  res.end(await answer(req.url));
  if (req.url === '/warm' && !ready) process.send('ready');
});
server.listen(process.env.PORT);
process.on('message', (message) => {
  if (message === 'shutdown') server.close(() => process.exit(7));
});
