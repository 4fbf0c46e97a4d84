// An agent that releases are sent to, and what each cost it. Used by stage.mjs.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { cpuMs, megabytes } from './footprint.mjs';

const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
const BUNDLE = 'application/vnd.pointsman.bundle.v1+tar';

/** Used and committed MB of the heap, from the output of "jcmd PID GC.heap_info" of the serial collector. */
export function heap(text) {
  const parts = [...text.matchAll(/(?:def new generation|DefNew|tenured generation|Tenured)\s+total (\d+)K, used (\d+)K/g)];
  if (parts.length !== 2) throw new Error(`jcmd told something else: ${text.slice(0, 200)}`);
  const sum = (index) => parts.reduce((all, part) => all + Number(part[index]), 0) / 1024;
  return { usedMb: sum(2), committedMb: sum(1) };
}

/** What curl was told to write: status, seconds, bytes up. */
export function curled(text) {
  const [status, seconds, bytes] = text.trim().split('\n').at(-1).split(' ').map(Number);
  return { status, ms: seconds * 1_000, bytes };
}

/** One agent, and one app of it that bundles are sent to. */
export class Sender {
  constructor(options, app) {
    this.options = options;
    this.app = app;
    this.socket = join(options.root, 'run/api.sock');
    this.work = mkdtempSync(join(options.root, 'send-'));
    this.sequence = 0;
  }

  async start() {
    const log = openSync(join(this.options.root, 'agent.log'), 'a');
    this.child = spawn(this.options.pointsman, ['agent', '--config', join(this.options.root, 'etc/agent.toml')], { stdio: ['ignore', log, log] });
    closeSync(log);
    writeFileSync(join(this.options.root, 'agent.pid'), String(this.child.pid)); // So that it is ended even if this process is.
    const end = performance.now() + READY_LIMIT_MS;
    while ((await get(this.socket, '/readyz')) !== 200) {
      if (this.child.exitCode !== null || performance.now() > end) throw new Error(`the agent is not ready: ${this.logTail()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop() {
    rmSync(this.work, { recursive: true, force: true });
    if (!this.child || this.child.exitCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('the agent does not end')), END_LIMIT_MS)));
    await Promise.race([gone, late]);
    clearTimeout(timer);
  }

  logTail() {
    return readFileSync(join(this.options.root, 'agent.log'), 'utf8').slice(-2_000);
  }

  /** Sends all of `tree` as a new release; from the first byte sent to 201. */
  full(tree, { dropCaches = false, compression = 'gz' } = {}) {
    const release = this.release(tree, compression);
    const bundle = join(this.work, 'bundle.tar');
    tar(bundle, release.folder, [...release.head, 'files.lst.gz', `payload.tar.${compression}`]);
    if (dropCaches) execFileSync('sh', ['-c', 'sync && echo 3 >/proc/sys/vm/drop_caches']);
    return this.measure(() => this.send(bundle, this.path(release.id), BUNDLE, 201));
  }

  /** Sends `tree` as a delta with the tools of docs/bundle.md; the client's part is measured too. */
  delta(tree) {
    const release = this.release(tree);
    const head = join(this.work, 'head.tar');
    const pack = join(this.work, 'pack.tar.gz');
    const missing = join(this.work, 'missing.txt');
    return this.measure(() => {
      const started = performance.now();
      tar(head, release.folder, [...release.head, 'files.lst.gz']);
      const asked = this.send(head, this.path(release.id), BUNDLE, 202, missing);
      execFileSync('tar', ['-czf', pack, '-C', join(this.options.trees, tree), '-T', missing]);
      const sent = this.send(pack, `${this.path(release.id)}/pack`, 'application/gzip', 201);
      const files = readFileSync(missing, 'utf8').split('\n').filter(Boolean).length;
      return { ms: performance.now() - started, serverMs: asked.ms + sent.ms, askedMs: asked.ms, packMs: sent.ms, bytes: asked.bytes + sent.bytes, files };
    });
  }

  /** Sends a new release of `tree` without any content, which the host has already. */
  envelope(tree) {
    const release = this.release(tree);
    const head = join(this.work, 'head.tar');
    tar(head, release.folder, [...release.head, 'files.lst.gz']);
    return this.measure(() => this.send(head, this.path(release.id), BUNDLE, 201));
  }

  /** Makes the last release the spare tree, by the renames that retention does after a deployment. */
  retireLast() {
    const app = join(this.options.disk, 'state/apps', this.app);
    for (const folder of ['releases', 'meta']) renameSync(join(app, folder, this.last), join(app, folder, `.spare-${this.last}`));
  }

  /** Whether there still is a spare tree. */
  hasSpare() {
    return readdirSync(join(this.options.disk, 'state/apps', this.app, 'releases')).some((name) => name.startsWith('.spare-'));
  }

  path(id) {
    return `/v1/apps/${this.app}/releases/${id}`;
  }

  /**
   * The packed bundle of `tree` under a new id and sequence number, signed again. What pack makes is signed for as a whole,
   * too, so the agent keeps the archive until its digest is known; another compression has only the digests of its files.
   */
  release(tree, compression = 'gz') {
    const folder = join(this.work, 'release');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const packed = join(this.options.bundles, tree);
    for (const name of readdirSync(packed).filter((name) => !name.startsWith('release.json'))) link(join(packed, name), join(folder, name));
    this.sequence += 1;
    const id = `${tree}-${this.sequence}`;
    this.last = id;
    const manifest = JSON.parse(readFileSync(join(packed, 'release.json'), 'utf8'));
    if (compression !== 'gz') delete manifest.archive;
    const created = `${new Date().toISOString().slice(0, 19)}Z`;
    writeFileSync(join(folder, 'release.json'), JSON.stringify({ ...manifest, app: this.app, release: id, sequence: this.sequence, created }));
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'release.v1@pointsman', '-f', this.options.key, join(folder, 'release.json')], { stdio: 'ignore' });
    return { id, folder, head: ['release.json', 'release.json.sig'] };
  }

  /** PUTs a file with curl; anything but `expected` ends the run. */
  send(file, path, type, expected, output = join(this.work, 'answer')) {
    const options = ['-s', '--unix-socket', this.socket, '-T', file, '-H', `Content-Type: ${type}`, '-H', 'Accept: text/plain, application/json', '-o', output];
    const sent = curled(execFileSync('curl', [...options, '-w', '\\n%{http_code} %{time_total} %{size_upload}', `http://agent${path}`], { encoding: 'utf8' }));
    if (sent.status !== expected) throw new Error(`PUT ${path}: ${sent.status}, not ${expected}: ${readFileSync(output, 'utf8').slice(0, 500)}\n${this.logTail()}`);
    return sent;
  }

  /** What `work` cost the agent. The high-water mark of its memory begins anew. */
  measure(work) {
    const proc = `/proc/${this.child.pid}`;
    writeFileSync(`${proc}/clear_refs`, '5');
    const before = cpuMs(readFileSync(`${proc}/stat`, 'utf8'));
    const result = work();
    const cpu = cpuMs(readFileSync(`${proc}/stat`, 'utf8')) - before;
    const status = readFileSync(`${proc}/status`, 'utf8');
    const jcmd = execFileSync(join(process.env.JAVA_HOME, 'bin/jcmd'), [String(this.child.pid), 'GC.heap_info'], { encoding: 'utf8' });
    return { ...result, cpu, peakMb: megabytes(status, 'VmHWM'), rssMb: megabytes(status, 'VmRSS'), ...heap(jcmd) };
  }
}

function link(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    copyFileSync(from, to);
  }
}

function tar(file, folder, names) {
  execFileSync('tar', ['-cf', file, '-C', folder, ...names]);
}

/** The status of one GET over a unix socket; 0 where nobody answers. */
function get(socketPath, path) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, agent: false, timeout: 10_000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode)).on('error', () => resolve(0));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(0)).end();
  });
}
