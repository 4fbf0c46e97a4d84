import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createServer } from 'vite';
import { buildRelease } from '../build-release.mjs';
import { get, SAMPLE, startServer, temporaryDir } from './helper.js';

test('a built release runs from anywhere and serves its own front end', async (t) => {
  const dir = join(temporaryDir(t), 'r1');
  await buildRelease({ release: 'r1', output: dir });
  const { url } = await startServer(t, { dir, cwd: tmpdir(), env: { RELEASE_ID: 'r1' } });

  const page = await get(`${url}/`, { accept: 'text/html' });
  assert.equal(page.status, 200);
  assert.equal(page.headers['cache-control'], 'no-cache');
  const deep = await get(`${url}/some/view`, { accept: 'text/html' });
  assert.equal(deep.body, page.body);
  assert.equal(deep.headers['cache-control'], 'no-cache');

  const script = page.body.match(/src="(\/assets\/index-[\w-]+\.js)"/)[1];
  const asset = await get(`${url}${script}`);
  assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable');
  const chunk = asset.body.match(/assets\/Workers-[\w-]+\.js|Workers-[\w-]+\.js/)[0].replace('assets/', '');
  assert.equal((await get(`${url}/assets/${chunk}`)).status, 200, 'the lazy chunk is there under its own name');
  const missing = await get(`${url}/assets/index-00000000.js`, { accept: 'text/html' });
  assert.equal(missing.status, 404);
  assert.match(missing.headers['content-type'], /application\/json/, 'a missing asset is never answered with the page');
});

test('two releases differ in their front end and in nothing of the server', async (t) => {
  const root = temporaryDir(t);
  const [one, two] = [join(root, 'r1'), join(root, 'r2')];
  await buildRelease({ release: 'r1', output: one });
  await buildRelease({ release: 'r2', output: two, fault: 'sick', sickAfterMs: 5 });
  const scripts = [one, two].map((dir) => readdirSync(join(dir, 'public/assets')).filter((name) => /^index-.*js$/.test(name)));
  assert.notDeepEqual(scripts[0], scripts[1]);
  assert.deepEqual(JSON.parse(readFileSync(join(two, 'release.config.json'))), { release: 'r2', fault: 'sick', sickAfterMs: 5 });
  assert.deepEqual(readdirSync(join(one, 'server')), readdirSync(join(two, 'server')));
});

test('a release carries what runs and not what builds', async (t) => {
  const dir = join(temporaryDir(t), 'r1');
  await buildRelease({ release: 'r1', output: dir });
  for (const name of ['express', 'ws', 'redis', 'connect-redis']) assert.ok(existsSync(join(dir, 'node_modules', name)), name);
  for (const name of ['vite', 'react', '.bin']) assert.ok(!existsSync(join(dir, 'node_modules', name)), name);
});

test('nothing is built over a folder that has something in it', async () => {
  await assert.rejects(buildRelease({ release: 'r1', output: SAMPLE }), /is not empty/);
});

test('the page shows its release', async (t) => {
  const vite = await createServer({ root: SAMPLE, logLevel: 'error', server: { middlewareMode: true, hmr: false, ws: false }, appType: 'custom' });
  t.after(() => vite.close());
  const { App } = await vite.ssrLoadModule('/src/App.jsx');
  const { createElement } = await import('react');
  const { renderToString } = await import('react-dom/server');
  assert.match(renderToString(createElement(App)), /<dt>This page<\/dt><dd>development<\/dd>/);
});
