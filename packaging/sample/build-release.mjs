#!/usr/bin/env node
// Builds one release of the sample into a folder that can be deployed: the front end with the release's name in it,
// the server, production dependencies, and release.config.json with what is wrong with it, if anything.
//
//   build-release.mjs --release ID --output DIR [--fault none|crash|mute|sick] [--sick-after-ms N]
//
// Needs node_modules beside it (npm ci). DIR must not exist, or be empty.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Builds the release; returns the folder. */
export async function buildRelease({ release, output, fault = 'none', sickAfterMs = 0 }) {
  const target = resolve(output);
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  mkdirSync(target, { recursive: true });
  await buildFrontEnd(release, join(target, 'public'));
  cpSync(join(HERE, 'server'), join(target, 'server'), { recursive: true });
  copyDependencies(target);
  writeJson(join(target, 'package.json'), packageOf(release));
  writeJson(join(target, 'release.config.json'), { release, fault, sickAfterMs });
  return target;
}

async function buildFrontEnd(release, outDir) {
  const { build } = await import('vite');
  await build({
    root: HERE,
    logLevel: 'warn',
    define: { __RELEASE__: JSON.stringify(release) },
    build: { outDir, emptyOutDir: true },
  });
}

/** What the lock file does not mark as needed for building only, at the place where npm put it. */
function copyDependencies(target) {
  const { packages } = JSON.parse(readFileSync(join(HERE, 'package-lock.json'), 'utf8'));
  const wanted = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional);
  for (const [path, entry] of wanted) {
    const from = join(HERE, path);
    if (!existsSync(from)) {
      if (entry.optional) continue;
      throw new Error(`${from} is missing: run "npm ci" in ${HERE}`);
    }
    // A package's own node_modules are entries of the lock file themselves.
    cpSync(from, join(target, path), { recursive: true, filter: (file) => file !== join(from, 'node_modules') });
  }
}

function packageOf(release) {
  const { name, license, type, engines, dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
  return { name, version: '0.1.0', release, license, private: true, type, engines, scripts: { start: 'node server/main.js' }, dependencies };
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { values } = parseArgs({
      options: {
        release: { type: 'string' },
        output: { type: 'string' },
        fault: { type: 'string', default: 'none' },
        'sick-after-ms': { type: 'string', default: '0' },
      },
    });
    if (!values.release || !values.output) throw new Error('--release and --output are needed');
    await buildRelease({ ...values, sickAfterMs: Number(values['sick-after-ms']) });
  } catch (error) {
    console.error(`build-release: ${error.message}`);
    process.exitCode = 64;
  }
}
