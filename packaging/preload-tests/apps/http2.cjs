'use strict';
// HTTP/2: with MODE=plain without TLS and by streams, with MODE=tls with TLS, HTTP/1.1 allowed, and by requests.
const fs = require('node:fs');
const http2 = require('node:http2');
const { answer } = require('./routes.cjs');
if (process.env.MODE === 'plain') {
  const server = http2.createServer();
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    if (headers[':path'] === '/events') {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      const timer = setInterval(() => stream.write('data: tick\n\n'), 1);
      stream.on('close', () => setTimeout(() => clearInterval(timer), 300));
      return;
    }
    const body = await answer(headers[':path']);
    stream.respond({ ':status': 200 });
    stream.end(body);
  });
  server.listen(process.env.PORT);
} else {
  const options = { key: fs.readFileSync(process.env.TLS_KEY), cert: fs.readFileSync(process.env.TLS_CERT), allowHTTP1: true };
  http2.createSecureServer(options, async (req, res) => res.end(await answer(req.url))).listen(process.env.PORT);
}
