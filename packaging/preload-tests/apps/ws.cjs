'use strict';
const http = require('node:http');
const { WebSocketServer } = require('ws');
const { answer } = require('./routes.cjs');
const server = http.createServer(async (req, res) => res.end(await answer(req.url)));
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) => {
  socket.on('message', (text) => socket.send(`echo ${text}`));
  socket.on('close', (code) => console.log('closed with', code));
});
server.listen(process.env.PORT);
