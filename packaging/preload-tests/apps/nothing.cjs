'use strict';
// A background worker: no port, only the control socket and PM2's messages.
process.on('message', (message) => message === 'shutdown' && process.exit(3));
setInterval(() => {}, 1000);
setImmediate(() => process.send('ready'));
