'use strict';
// What the agent knows about this worker: one record, pushed at once when a state changes, and at most every 250 ms when
// only a counter did.

const COUNTERS_EVERY_MS = 250;
const HEARTBEAT_MS = 500;
const FAULTS_REPORTED = 32; // Per process; beyond that the log would be the next fault.

class Status {
  #record = {
    pid: process.pid,
    listening: false,
    ready: false,
    accepting: false,
    draining: false,
    drained: false,
    requests: 0,
    inflight: 0,
    connections: 0,
    upgraded: 0,
    cut: 0,
    rss: 0,
    loopDelayMs: 0,
    cluster: false,
    fault: null,
    logRefused: 0,
  };
  #push;
  #pushSoon = null;
  #reported = new Set();
  #beatDueAt = performance.now() + HEARTBEAT_MS;
  #loopDelayMs = 0;

  /** `push` is called with a line for the agent whenever there is something new to say. */
  constructor(push) {
    this.#push = push;
    setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  get(name) {
    return this.#record[name];
  }

  /** Changes states, and tells the agent if that made a difference. */
  set(changes) {
    const changed = Object.keys(changes).some((name) => this.#record[name] !== changes[name]);
    Object.assign(this.#record, changes);
    if (changed) this.push();
  }

  /** Changes a counter; the agent hears of it within 250 ms. */
  add(counter, delta) {
    this.#record[counter] += delta;
    this.#pushSoon ??= setTimeout(() => this.push(), COUNTERS_EVERY_MS).unref();
  }

  /** Reports an error of the preload's own: in the status, and once on the worker's log. */
  fault(what, error) {
    const text = error ? `${what}: ${error.message}` : what;
    if (!this.#reported.has(text) && this.#reported.size < FAULTS_REPORTED) {
      this.#reported.add(text);
      process.stderr.write(`pointsman: ${text.replace(/\s+/g, ' ')}\n`);
    }
    this.set({ fault: text });
  }

  /** Wraps a function of ours that runs inside the app's calls, where nothing of ours may throw. */
  guard(what, action) {
    try {
      return action();
    } catch (error) {
      this.fault(what, error);
      return undefined;
    }
  }

  push() {
    clearTimeout(this.#pushSoon);
    this.#pushSoon = null;
    this.#push(this.line());
  }

  line() {
    const overdue = performance.now() - this.#beatDueAt;
    this.#record.rss = process.memoryUsage.rss();
    this.#record.loopDelayMs = Math.max(0, Math.round(Math.max(this.#loopDelayMs, overdue)));
    return JSON.stringify(this.#record) + '\n';
  }

  #beat() {
    const now = performance.now();
    this.#loopDelayMs = now - this.#beatDueAt;
    this.#beatDueAt = now + HEARTBEAT_MS;
  }
}

module.exports = { Status };
