'use strict';
// A throw-away key and certificate, made by openssl once per test process.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

function certificate(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pm-tls-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(directory, name));
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost`.split(' ');
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return { TLS_KEY: key, TLS_CERT: cert };
}

module.exports = { certificate };
