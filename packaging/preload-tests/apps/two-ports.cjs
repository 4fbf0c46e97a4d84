'use strict';
// Serves two managed ports, and one of its own that the agent does not know.
const http = require('node:http');
const { answer } = require('./routes.cjs');
for (const port of process.env.PORTS.split(',')) {
  http.createServer(async (req, res) => res.end(`${port} ${await answer(req.url)}`)).listen(port);
}
const own = http.createServer((req, res) => res.end('own'));
own.listen(0, '127.0.0.1', () => console.log(`own port ${own.address().port}.`));
