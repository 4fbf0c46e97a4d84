'use strict';
// Written for systemd's socket activation: listens on descriptor 3 itself.
const http = require('node:http');
const { answer } = require('./routes.cjs');
http.createServer(async (req, res) => res.end(await answer(req.url))).listen({ fd: 3 });
