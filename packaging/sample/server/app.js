// The API and the front end on one Express application.
import express from 'express';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { streamEvents } from './live.js';
import { inChunks, slowly } from './slow.js';
import { receiveUpload } from './upload.js';

/** The application; `health.isHealthy()` is asked at every request. */
export function createApp({ release, health, sessions, publicDir = builtFrontEnd() }) {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback');
  app.use((req, res, next) => {
    res.set('X-Release', release.id);
    next();
  });
  app.get('/health', (req, res) => {
    const healthy = health.isHealthy();
    const state = { status: healthy ? 'ok' : 'sick', release: release.id, sessions: sessions.state() };
    res.status(healthy ? 200 : 503).set('Cache-Control', 'no-store').json(state);
  });
  app.use('/api', api({ release, health, sessions }));
  if (publicDir) frontEnd(app, publicDir);
  app.use((req, res) => res.status(404).json({ error: `nothing here: ${req.method} ${req.path}` }));
  app.use(reportError);
  return app;
}

function api({ release, health, sessions }) {
  const routes = express.Router();
  routes.use((req, res, next) => {
    res.set('Cache-Control', 'no-store');
    if (health.isHealthy()) return next();
    res.status(500).json({ error: 'this worker is out of order' }); // A sick release fails whoever it serves.
  });
  routes.get('/whoami', (req, res) => {
    const nonce = typeof req.query.nonce === 'string' ? req.query.nonce.slice(0, 64) : undefined;
    res.json({ release: release.id, pid: process.pid, slot: release.slot, nonce });
  });
  routes.get('/slow', slowly(release));
  routes.get('/chunks', inChunks);
  routes.post('/upload', receiveUpload);
  routes.get('/events', streamEvents(release));
  routes.get('/session', sessions.middleware, (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1;
    res.json({ views: req.session.views, store: sessions.state(), release: release.id, pid: process.pid });
  });
  return routes;
}

/** Pages are asked for again at every visit; what carries a hash in its name never changes. */
function frontEnd(app, publicDir) {
  app.use('/assets', express.static(`${publicDir}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }));
  app.use(express.static(publicDir, { index: false, cacheControl: false, setHeaders: noCache }));
  app.get('/{*page}', (req, res, next) => {
    if (req.path.startsWith('/api/') || !req.accepts('html')) return next();
    noCache(res);
    res.sendFile('index.html', { root: publicDir, cacheControl: false });
  });
}

function noCache(res) {
  res.set('Cache-Control', 'no-cache');
}

function builtFrontEnd() {
  const dir = fileURLToPath(new URL('../public', import.meta.url));
  return existsSync(`${dir}/index.html`) ? dir : null;
}

function reportError(error, req, res, next) {
  if (res.headersSent) return next(error);
  const status = error.status ?? 500;
  if (status >= 500) console.error(`${req.method} ${req.path}: ${error.stack}`);
  res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
}
