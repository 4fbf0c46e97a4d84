// PM2's reload, as its documentation has it: cluster mode, wait_ready, a link that names the release; alone or behind nginx.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, command, daemon, endAll, flip } from './processes.mjs';

export class Pm2 {
  name = 'pm2 reload';

  constructor({ dir, script, port }) {
    Object.assign(this, { dir, script, port, own: port });
    this.log = join(dir, 'pm2.log');
    this.env = { PATH: process.env.PATH, HOME: dir, PM2_HOME: join(dir, 'home'), PM2_DISABLE_VERSION_CHECK: 'true' };
    this.file = join(dir, 'ecosystem.config.js');
  }

  get supervisor() {
    return Number(readFileSync(join(this.dir, 'home/pm2.pid'), 'utf8'));
  }

  run(...args) {
    return command(this.log, process.execPath, [this.script, ...args], this.env);
  }

  async start() {
    mkdirSync(join(this.dir, 'home'), { recursive: true });
    const app = { name: 'web', script: join(this.dir, 'current/server.js'), cwd: join(this.dir, 'current'), instances: 4, exec_mode: 'cluster', wait_ready: true, listen_timeout: 10_000, kill_timeout: 5_000, env: { PORT: String(this.own) } };
    writeFileSync(this.file, `module.exports = ${JSON.stringify({ apps: [app] })};\n`);
    flip(this.dir, 'r1');
    const { code } = await this.run('start', this.file);
    if (code !== 0) throw new Error(`pm2 start ended with ${code}; see ${this.log}`);
    await answers(this.own);
  }

  async roll(release) {
    flip(this.dir, release);
    const { code } = await this.run('reload', this.file, '--update-env');
    return code === null ? 'hangs' : `exit ${code}`;
  }

  async stop() {
    await endAll(this.dir);
  }
}

/** The same, with nginx in front. */
export class Pm2BehindNginx extends Pm2 {
  name = 'pm2 behind nginx';

  constructor({ ownPort, ...options }) {
    super(options);
    this.own = ownPort;
  }

  async start() {
    await super.start();
    const file = join(this.dir, 'nginx.conf');
    writeFileSync(file, nginx(this.dir, this.port, this.own));
    daemon(join(this.dir, 'nginx.log'), 'nginx', ['-p', this.dir, '-c', file, '-e', join(this.dir, 'nginx-error.log'), '-g', 'daemon off;'], this.env);
    await answers(this.port);
  }
}

function nginx(dir, port, own) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${dir}/nginx-${name};`).join('\n');
  return `worker_processes 2;
pid ${dir}/nginx.pid;
events { worker_connections 1024; }
http {
${temporary}
  access_log off;
  client_max_body_size 16m;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream web { server 127.0.0.1:${own}; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://web;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
      proxy_read_timeout 300s;
    }
  }
}
`;
}
