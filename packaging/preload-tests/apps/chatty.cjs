'use strict';
// Writes to its log on request, in each of the ways that people do.
const http = require('node:http');
http
  .createServer((req, res) => {
    const line = 'x'.repeat(1_000);
    for (let i = 0; i < 20; i++) {
      process.stdout.write(`stdout ${req.url} ${line}\n`);
      process.stderr.write(`stderr ${req.url} ${line}\n`);
      console.log(`console ${req.url} ${line}`);
    }
    res.end('written');
  })
  .listen(process.env.PORT);
