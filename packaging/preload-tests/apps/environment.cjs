'use strict';
// Tells what the app sees of its environment, and what a Node process that it starts does.
const http = require('node:http');
const { execFileSync } = require('node:child_process');
const server = http.createServer((req, res) => {
  if (req.url === '/child') {
    const script = "require('http').createServer().on('error', (e) => console.log(e.code)).listen(process.env.PORT)";
    res.end(execFileSync(process.execPath, ['-e', script]).toString().trim());
  } else res.end(JSON.stringify(process.env));
});
server.listen(process.env.PORT, () => console.log('the app listens'));
