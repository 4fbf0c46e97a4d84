'use strict';
// One port on two addresses, by two servers, as frameworks do where localhost has an IPv4 and an IPv6 address.
const http = require('node:http');
const { answer } = require('./routes.cjs');
const servers = ['127.0.0.1', '::1'].map((host) => {
  const server = http.createServer(async (req, res) => {
    if (req.url === '/addresses') res.end(JSON.stringify(servers.map((each) => each.address())));
    else res.end(await answer(req.url));
  });
  return server.listen(Number(process.env.PORT), host);
});
process.once('SIGTERM', () => {
  let open = servers.length;
  for (const server of servers) server.close(() => --open || process.exit(0));
});
