// What is counted while the load runs. Bounded: histograms instead of lists, and only the first failures in full.
import { FAILURES } from './failure.mjs';

const MOST_SAMPLES = 200;
const MOST_SECONDS = 6 * 3600;
const GROWTH = 1.02; // A bucket of the histogram is 2 % wide.

/** Latencies in buckets 2 % wide, from 0.1 ms up. */
export class Histogram {
  constructor() {
    this.buckets = new Map();
    this.count = 0;
    this.max = 0;
  }

  add(ms) {
    const bucket = Math.max(0, Math.round(Math.log(Math.max(ms, 0.1) / 0.1) / Math.log(GROWTH)));
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + 1);
    this.count += 1;
    this.max = Math.max(this.max, ms);
  }

  /** The latency that the fraction `q` of all did not exceed; null when there were none. */
  quantile(q) {
    if (this.count === 0) return null;
    if (q >= 1) return round(this.max);
    let left = Math.ceil(this.count * q);
    for (const [bucket, times] of [...this.buckets].sort(([a], [b]) => a - b)) {
      left -= times;
      if (left <= 0) return Math.min(round(0.1 * GROWTH ** bucket), round(this.max));
    }
    return round(this.max);
  }
}

/** All counts of one run. `clock()` gives milliseconds that never go back. */
export class Tally {
  /** `onFailure(entry)` is told of every failure in full; what is kept here is bounded. */
  constructor({ clock = () => performance.now(), wallClock = () => Date.now(), onFailure = () => {} } = {}) {
    this.clock = clock;
    this.onFailure = onFailure;
    this.startedAt = wallClock();
    this.started = clock();
    this.lastSuccess = this.started;
    this.gap = { ms: 0, atMs: 0 };
    this.kinds = new Map();
    this.releases = new Map();
    this.samples = [];
    this.timeline = [];
  }

  get requests() {
    return sum([...this.kinds.values()].map((kind) => kind.requests));
  }

  get failed() {
    return sum([...this.kinds.values()].map((kind) => kind.failed));
  }

  /** A complete, correct answer of `release` after `ms`. */
  succeeded(kind, ms, release) {
    const now = this.clock();
    const counts = this.of(kind);
    counts.requests += 1;
    counts.latency.add(ms);
    this.endGap(now);
    this.lastSuccess = now;
    const second = this.second(now);
    second.ok += 1;
    if (release) this.sawRelease(release, now, second);
  }

  /** A long-lived stream that ended in order: no answer in the sense of the longest gap. */
  streamed(kind, msToFirst, word) {
    const counts = this.of(kind);
    counts.requests += 1;
    counts.latency.add(msToFirst);
    counts.notes[word] = (counts.notes[word] ?? 0) + 1;
  }

  /** A request that failed; `release` where the answer still named one, `trace` of its connection. */
  failedWith(kind, { kind: failure, message: detail, status = null }, { release, trace = null } = {}) {
    const now = this.clock();
    const counts = this.of(kind);
    counts.requests += 1;
    counts.failed += 1;
    counts.failures[failure] = (counts.failures[failure] ?? 0) + 1;
    const second = this.second(now);
    second.failed += 1;
    if (release) this.sawRelease(release, now, second);
    const entry = { at: new Date(this.startedAt + now - this.started).toISOString(), kind, failure, detail, release: release ?? null };
    if (this.samples.length < MOST_SAMPLES) this.samples.push(entry);
    this.onFailure({ ...entry, status, failedAt: now, ...trace });
  }

  of(kind) {
    if (!this.kinds.has(kind)) {
      this.kinds.set(kind, { requests: 0, failed: 0, failures: {}, notes: {}, latency: new Histogram() });
    }
    return this.kinds.get(kind);
  }

  endGap(now) {
    const ms = now - this.lastSuccess;
    if (ms > this.gap.ms) this.gap = { ms, atMs: this.lastSuccess - this.started };
  }

  second(now) {
    const index = Math.min(Math.floor((now - this.started) / 1_000), MOST_SECONDS);
    return (this.timeline[index] ??= { ok: 0, failed: 0, releases: {} });
  }

  sawRelease(release, now, second) {
    const at = round(now - this.started);
    const known = this.releases.get(release);
    if (known) {
      known.answers += 1;
      known.lastMs = at;
    } else {
      this.releases.set(release, { answers: 1, firstMs: at, lastMs: at });
    }
    second.releases[release] = (second.releases[release] ?? 0) + 1;
  }

  /** The counts so far as plain data. */
  report() {
    const now = this.clock();
    this.endGap(now);
    const timeline = Array.from(this.timeline, (second) => second ?? { ok: 0, failed: 0, releases: {} });
    return {
      startedAt: new Date(this.startedAt).toISOString(),
      startedAtMs: this.startedAt,
      seconds: round((now - this.started) / 1_000),
      requests: this.requests,
      failed: this.failed,
      failures: this.failuresOfAll(),
      longestGapMs: round(this.gap.ms),
      longestGapAtMs: round(this.gap.atMs),
      kinds: Object.fromEntries([...this.kinds].map(([name, counts]) => [name, kindReport(counts)])),
      releases: Object.fromEntries(this.releases),
      mixedSeconds: timeline.filter((second) => Object.keys(second.releases).length > 1).length,
      timeline,
      samples: this.samples,
    };
  }

  failuresOfAll() {
    const totals = Object.keys(FAILURES).map((word) => [word, sum([...this.kinds.values()].map((kind) => kind.failures[word] ?? 0))]);
    return Object.fromEntries(totals.filter(([, times]) => times > 0));
  }
}

function kindReport({ requests, failed, failures, notes, latency }) {
  const ms = { p50: latency.quantile(0.5), p99: latency.quantile(0.99), max: latency.count === 0 ? null : round(latency.max) };
  return { requests, failed, failures, notes, ms };
}

function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
