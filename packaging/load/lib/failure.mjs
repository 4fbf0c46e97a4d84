// How a request can fail. Each word is counted by itself, because each means something else went wrong.
export const FAILURES = {
  refused: 'nobody listened',
  reset: 'a fresh connection was reset or closed without an answer',
  reset_idle: 'a kept connection was reset or closed when it was used again',
  truncated: 'the answer began and did not end',
  timeout: 'no complete answer in time',
  http_5xx: 'status 500 and above',
  http_other: 'another status that is not 2xx',
  wrong_body: 'a complete 2xx answer that is not the right one, or not HTTP',
  cut: 'an event stream or WebSocket was cut instead of ended',
  client_fault: 'this client could not even try (out of ports, files or memory)',
};

/** A request that got no complete, correct 2xx answer. */
export class Failure extends Error {
  constructor(kind, detail, options) {
    super(detail, options);
    if (!(kind in FAILURES)) throw new TypeError(`no such kind of failure: ${kind}`);
    this.kind = kind;
  }
}
