// The agent's API over its unix socket.
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { sleep } from './wait.mjs';

const OVER = new Set(['successful', 'failed', 'reverted', 'stuck', 'cancelled']);
const BUNDLE = 'application/vnd.pointsman.bundle.v1+tar';

/** Nobody answered: the agent is dead, frozen, or too slow. */
export class AgentAway extends Error {}

/** The agent refused; `code` is its word for why. */
export class AgentRefused extends Error {
  constructor(what, { status, json }) {
    super(`${what}: ${status} ${json?.code ?? ''}: ${json?.detail ?? ''}`);
    this.status = status;
    this.code = json?.code ?? null;
  }
}

export class AgentApi {
  constructor(socketPath, { timeoutMs = 10_000 } = {}) {
    this.socketPath = socketPath;
    this.timeoutMs = timeoutMs;
  }

  get(path) {
    return this.ask('GET', path);
  }

  post(path, body) {
    return this.ask('POST', path, { body: Buffer.from(JSON.stringify(body)), headers: { 'Content-Type': 'application/json' } });
  }

  /** One request; its JSON. Throws AgentAway or AgentRefused. */
  ask(method, path, { body, headers = {}, timeoutMs = this.timeoutMs } = {}) {
    const what = `${method} ${path}`;
    return new Promise((resolve, reject) => {
      const away = (why) => reject(new AgentAway(`${what}: ${why}`));
      const options = { socketPath: this.socketPath, method, path, agent: false, headers: { ...headers, ...(body && { 'Content-Length': body.length }) } };
      const asked = request(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece) => (text += piece));
        response.on('error', (error) => away(error.message)).on('close', () => clearTimeout(timer));
        response.on('end', () => {
          const json = parse(text);
          if (response.statusCode < 300) resolve(json);
          else reject(new AgentRefused(what, { status: response.statusCode, json }));
        });
      });
      const timer = setTimeout(() => asked.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      asked.on('error', (error) => (clearTimeout(timer), away(error.message)));
      asked.end(body);
    });
  }

  async apps() {
    return (await this.get('/v1/apps')).apps;
  }

  app(name) {
    return this.get(`/v1/apps/${name}`);
  }

  async deployments(app) {
    return (await this.get(`/v1/apps/${app}/deployments`)).deployments;
  }

  /** Sends a bundle's folder. */
  async push(app, release, folder) {
    const parts = ['release.json', 'release.json.sig', 'files.lst.gz', 'payload.tar.gz'];
    const { stdout } = await promisify(execFile)('tar', ['-cf', '-', '-C', folder, ...parts], { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
    return this.ask('PUT', `/v1/apps/${app}/releases/${release}`, { body: stdout, headers: { 'Content-Type': BUNDLE }, timeoutMs: 60_000 });
  }

  /** Asks for a deployment; its id. */
  async deploy(app, release, { force = false } = {}) {
    return (await this.post(`/v1/apps/${app}/deployments`, { release, force })).id;
  }

  /** The deployment when it is over. An agent that is away meanwhile is waited for. */
  async over(id, limitMs) {
    const end = performance.now() + limitMs;
    for (let last = 'nothing'; ; ) {
      try {
        const deployment = await this.ask('GET', `/v1/deployments/${id}?wait=5s`, { timeoutMs: 15_000 });
        if (OVER.has(deployment.state)) return deployment;
        last = `${deployment.state}, ${deployment.phase}, ${deployment.slotsDone} of ${deployment.slotsTotal} slots`;
      } catch (error) {
        if (!(error instanceof AgentAway)) throw error;
        last = error.message;
        await sleep(100);
      }
      if (performance.now() > end) throw new Error(`${id} is not over after ${limitMs / 1_000} s; last seen: ${last}`);
    }
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 300) };
  }
}
