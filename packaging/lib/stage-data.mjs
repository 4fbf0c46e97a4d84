#!/usr/bin/env node
// Makes the release that packaging/bench stage sends, and the four changes of it, from npm packages that are installed.
//
//   stage-data.mjs --modules DIR --bumps DIR --output DIR [--quick]
//
// DIR/v1 is the release: an Express and Next server, a front end as a bundler leaves it (seven chunks with hashes in their
// names and source maps), and all of node_modules. Beside it are a (one component and one server file edited), b (a and a
// patch of lodash), d (b and bumps of small packages), c (d and a bump of next with its large binary). Files that do not
// change are hard links: nothing may write to the trees.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SMALL_BUMPS = ['axios', 'zod', 'recharts', 'drizzle-orm', 'react-router', 'react-router-dom', '@remix-run/router'];
const LARGE_BUMPS = ['next', '@next/env', '@next/swc-linux-x64-gnu', '@next/swc-linux-arm64-gnu'];

/** The changes in the order of docs/benchmarks.md: what each adds to the one before. */
export const CHANGES = { a: [], b: ['lodash'], d: SMALL_BUMPS, c: LARGE_BUMPS };

/** Packages that are too large for a quick look. */
const NOT_QUICK = ['next', '@next', 'typescript', 'date-fns', '@mui', 'drizzle-orm', '@esbuild', 'rxjs', '@rollup'];

/** What a bundler would put into each chunk: whole files of these packages. */
const CHUNKS = {
  react: ['react/cjs', 'react-dom/cjs'],
  router: ['react-router/dist', '@remix-run/router/dist'],
  charts: ['recharts/es6'],
  data: ['axios/dist'],
  forms: ['zod/lib'],
  app: [],
  index: [],
};

function linkCopy(from, to) {
  execFileSync('cp', ['-al', '--', from, to]);
}

/** The JavaScript below `folder`, as [path, content], in one order for all times. */
function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.endsWith('.min.js'))
    .sort()
    .slice(0, 60)
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

/** Writes one chunk and its map; its name with the hash of its content. */
function writeChunk(folder, name, parts) {
  const code = parts.map(([, content]) => content).join('\n');
  const file = `${name}-${createHash('sha256').update(code).digest('base64url').slice(0, 8)}.js`;
  const map = { version: 3, file, sources: parts.map(([path]) => path), sourcesContent: parts.map(([, content]) => content), mappings: '' };
  writeFileSync(join(folder, file), `${code}\n//# sourceMappingURL=${file}.map\n`);
  writeFileSync(join(folder, `${file}.map`), JSON.stringify(map));
  return file;
}

/** The front end and the server, as edited `edits` times; made from the packages of `modules`. */
function writeApp(tree, modules, edits) {
  const assets = join(tree, 'dist/assets');
  mkdirSync(assets, { recursive: true });
  const written = {};
  for (const [name, folders] of Object.entries(CHUNKS)) {
    const parts = folders.flatMap((folder) => sources(join(modules, folder)));
    if (name === 'app') parts.push(['src/App.jsx', `export const edit = ${edits};\n`.padEnd(90_000, '/* a component */\n')]);
    if (name === 'index') parts.push(['src/main.jsx', Object.values(written).map((file) => `import './${file}';\n`).join('').padEnd(50_000, '/* start */\n')]);
    written[name] = writeChunk(assets, name, parts);
  }
  writeFileSync(join(tree, 'dist/index.html'), `<!doctype html>\n<script type="module" src="/assets/${written.index}"></script>\n`);
  mkdirSync(join(tree, 'server'));
  writeFileSync(join(tree, 'server/main.js'), `// Edit ${edits}.\n`.padEnd(4_000, '// what a server does\n'));
}

function writeRelease(tree, modules, edits, quick) {
  mkdirSync(tree, { recursive: true });
  linkCopy(join(modules, 'node_modules'), join(tree, 'node_modules'));
  for (const name of ['.package-lock.json', '.installed-for', ...(quick ? NOT_QUICK : [])]) rmSync(join(tree, 'node_modules', name), { recursive: true, force: true });
  writeApp(tree, join(modules, 'node_modules'), edits);
}

/** Makes v1 and its changes in `output`. */
export function prepare({ modules, bumps, output, quick }) {
  rmSync(output, { recursive: true, force: true });
  writeRelease(join(output, 'v1'), modules, 0, quick);
  const replaced = [];
  for (const [name, packages] of Object.entries(CHANGES)) {
    const tree = join(output, name);
    writeRelease(tree, modules, 1, quick);
    replaced.push(...packages);
    for (const one of replaced) {
      const [from, to] = [bumps, tree].map((folder) => join(folder, 'node_modules', one));
      if (!existsSync(to)) continue;
      rmSync(to, { recursive: true });
      linkCopy(from, to);
    }
  }
  // The content of all files is another one: for a warm agent whose store knows none of v1.
  const other = join(output, 'w');
  cpSync(join(output, 'v1'), other, { recursive: true, verbatimSymlinks: true });
  execFileSync('find', [other, '-type', 'f', '-size', '-16M', '-exec', 'sh', '-c', 'for f; do echo w >>"$f"; done', 'sh', '{}', '+']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { modules: { type: 'string' }, bumps: { type: 'string' }, output: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  prepare(values);
}
