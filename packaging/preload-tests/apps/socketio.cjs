'use strict';
const http = require('node:http');
const { Server } = require('socket.io');
const { answer } = require('./routes.cjs');
const server = http.createServer(async (req, res) => res.end(await answer(req.url)));
const io = new Server(server, { pingInterval: Number(process.env.PING_MS ?? 25_000) });
io.on('connection', (socket) => {
  socket.on('echo', (text, reply) => reply(`${process.pid} ${text}`));
  socket.on('disconnect', (reason) => console.log('disconnected:', reason));
});
server.listen(process.env.PORT);
