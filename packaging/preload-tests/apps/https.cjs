'use strict';
const fs = require('node:fs');
const https = require('node:https');
const { answer } = require('./routes.cjs');
const options = { key: fs.readFileSync(process.env.TLS_KEY), cert: fs.readFileSync(process.env.TLS_CERT) };
https.createServer(options, async (req, res) => res.end(await answer(req.url))).listen(process.env.PORT);
