// The kinds of traffic. A kind runs in lanes; a lane sends one request after the other.
import { Connection } from './connection.mjs';
import { Failure } from './failure.mjs';
import { Pace, sleep } from './pace.mjs';
import { between, chunks, plain, slow, upload, whoami } from './requests.mjs';

/** Per kind its share of the whole rate, and its lanes per request/s: how many may be under way at once. */
const SHARES = {
  new: { share: 0.25, lanesPerRate: 0.08, run: paced },
  keepalive: { share: 0.4, lanesPerRate: 0.05, run: bursts },
  pool: { share: 0.12, lanesPerRate: 0.2, run: thinking }, // Half of the lanes think, ten times a second each.
  slow: { share: 0.1, lanesPerRate: 0.4, run: paced },
  chunked: { share: 0.1, lanesPerRate: 0.4, run: paced },
  upload: { share: 0.03, lanesPerRate: 0.5, run: paced },
};
const REQUESTS = { new: whoami, keepalive: whoami, pool: whoami, slow, chunked: chunks, upload };
const BURST = 10;

export const KINDS = Object.keys(SHARES);

/** Starts the lanes of `kinds`; resolves when `signal` has aborted and every request under way is decided. */
export function runTraffic({ kinds, rate, host, port, timeoutMs, plainPath, plainRelease, tally, signal }) {
  const whole = kinds.reduce((total, kind) => total + SHARES[kind].share, 0);
  const lanes = kinds.flatMap((kind) => {
    const { share, lanesPerRate, run } = SHARES[kind];
    const kindRate = (rate * share) / whole;
    const count = Math.max(2, Math.ceil(kindRate * lanesPerRate));
    const request = plainPath ? plain(plainPath, plainRelease) : REQUESTS[kind];
    const lane = new Lane({ kind, request, host, port, timeoutMs, tally, signal });
    return Array.from({ length: count }, (_, index) => run(lane.copy(), { intervalMs: (1_000 * count) / kindRate, index }));
  });
  return Promise.all(lanes);
}

/** One request at a time, on a connection of its own; counts what came of each. */
class Lane {
  constructor(options) {
    this.options = options;
    this.connection = null;
  }

  copy() {
    return new Lane(this.options);
  }

  get signal() {
    return this.options.signal;
  }

  /** Sends one request; on the kept connection where `keep` and there is a usable one. */
  async send(keep, intended = performance.now()) {
    const { kind, request, host, port, timeoutMs, tally } = this.options;
    if (!keep || !(await this.connection?.isReusable())) {
      this.connection?.close();
      this.connection = new Connection(host, port);
    }
    const { write, check } = request();
    let response;
    try {
      const authority = `${host}:${port}`;
      response = await this.connection.exchange((socket) => write(socket, authority, !keep), { timeoutMs });
      checkStatus(response);
      const release = check(response) ?? response.headers.get('x-release');
      tally.succeeded(kind, performance.now() - intended, release);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.connection.close(); // What was not sent or read yet would be taken for the next request.
      tally.failedWith(kind, error, { release: response?.headers.get('x-release'), trace: this.connection.trace });
    }
  }

  close() {
    this.connection?.close();
  }
}

/** Any 2xx will do. */
export function checkStatus(response) {
  if (response.status >= 200 && response.status < 300) return;
  const text = response.body.toString('utf8').slice(0, 80);
  const failure = new Failure(response.status >= 500 ? 'http_5xx' : 'http_other', `${response.status}: ${text}`);
  failure.status = response.status;
  throw failure;
}

/** One request per interval: `new` on a new connection each; other kinds on kept ones, but for every fourth lane. */
async function paced(lane, { intervalMs, index }) {
  const keep = lane.options.kind !== 'new' && index % 4 !== 3;
  const pace = new Pace(intervalMs);
  for (let intended; (intended = await pace.start(lane.signal)) !== null; ) await lane.send(keep, intended);
  lane.close();
}

/** Bursts of requests back to back on a kept connection. */
async function bursts(lane, { intervalMs }) {
  const pace = new Pace(intervalMs * BURST);
  while ((await pace.start(lane.signal)) !== null) {
    for (let i = 0; i < BURST && !lane.signal.aborted; i += 1) await lane.send(true);
  }
  lane.close();
}

/** A kept connection with pauses of 0 to 200 ms, in every other lane of 1 to 4 s. */
async function thinking(lane, { index }) {
  const pause = index % 2 === 0 ? () => Math.random() * 200 : () => between(1_000, 4_000);
  while (await sleep(pause(), lane.signal)) await lane.send(true);
  lane.close();
}
