'use strict';
// Rolls from worker to worker under load. Every request that lacks a complete 200 counts as failed; nothing is retried.

const test = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const { get, startServing } = require('../harness.cjs');

const REQUESTS = 5_000;
const ROLLS = 4;

/** Clients that ask as fast as they are answered, until stopped. */
class Load {
  requests = 0;
  failures = [];
  #stopped = false;
  #agents = [];
  #clients = [];

  constructor(port) {
    this.port = port;
  }

  add(count, { path, keepAlive, body, thinkMs = 0 }) {
    for (let i = 0; i < count; i++) {
      const agent = keepAlive ? new http.Agent({ keepAlive: true, maxSockets: 1 }) : false;
      if (agent) this.#agents.push(agent);
      this.#clients.push(this.#client({ path, agent, body, thinkMs }));
    }
    return this;
  }

  async #client({ path, agent, body, thinkMs }) {
    while (!this.#stopped) {
      this.requests++;
      try {
        const method = body ? 'POST' : 'GET';
        const { status } = await get({ host: '127.0.0.1', port: this.port, path: path(), agent, body, method });
        if (status !== 200) this.failures.push(`status ${status}`);
      } catch (error) {
        this.failures.push(`${path()}: ${error.code ?? ''} ${error.message}`);
      }
      if (thinkMs) await new Promise((resolve) => setTimeout(resolve, Math.random() * thinkMs));
    }
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#clients);
    for (const agent of this.#agents) agent.destroy();
  }
}

const WAYS = [
  ['plain.cjs', 'drain'],
  ['express5.mjs', 'drain'],
  ['graceful.cjs', 'its own SIGTERM handler'],
  ['express4.cjs', 'drain'],
  ['fastify.mjs', 'drain'],
  ['koa.cjs', 'drain'],
];

for (const [app, way] of WAYS) {
  test(`rolling ${app} by ${way} under load fails no request`, { timeout: 240_000 }, async (t) => {
    let worker = await startServing(t, app);
    const load = new Load(worker.port)
      .add(4, { path: () => '/', keepAlive: false })
      .add(4, { path: () => '/', keepAlive: true })
      .add(8, { path: () => '/', keepAlive: true, thinkMs: 200 })
      .add(4, { path: () => `/delay?ms=${20 + Math.floor(Math.random() * 80)}`, keepAlive: true })
      .add(2, { path: () => '/upload', keepAlive: true, body: 'x'.repeat(32_768) });
    let rolls = 0;
    while (rolls < ROLLS || load.requests < REQUESTS) {
      const next = await startServing(t, app, { shared: worker.shared });
      if (way === 'drain') {
        await worker.drain(30_000, 2_000);
        assert.equal((await worker.drained()).cut, 0);
      }
      assert.notEqual((await worker.kill('SIGTERM')).code, 1);
      worker = next;
      rolls++;
    }
    await load.stop();
    assert.deepEqual(load.failures, []);
    t.diagnostic(`${load.requests} requests over ${rolls} rolls, 0 failed`);
  });
}
