'use strict';
// Listens only when told to.
const http = require('node:http');
process.once('SIGUSR2', () => http.createServer((req, res) => res.end('late')).listen(process.env.PORT));
setInterval(() => {}, 1000);
console.log('waiting');
