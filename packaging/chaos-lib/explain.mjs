// Why a request was lost. The one rule: by a fault that was injected into the very worker that served it.

const CLOCK_SLACK_MS = 50; // The app's journal is stamped by another process.
const BROKEN = new Set(['reset', 'reset_idle', 'truncated', 'timeout', 'cut']);

/**
 * Explains one failure: `{ fault }` with the fault that is to blame, or `{ unexplained }` with a sentence.
 *
 * `failure` is an entry of the load with its app and times of now(). `ledger` has the faults; `acceptedBy(app, port, from, to)`
 * tells which worker noted that it accepted a connection, and its last word where it ended itself; `releases` says of which
 * releases it was known beforehand that they answer 500; `onlineBefore(app, at)` gives the workers that were last seen online.
 */
export function explain(failure, { ledger, acceptedBy, releases, onlineBefore }) {
  if (failure.failure === 'http_5xx') return explainStatus(failure, { ledger, releases, onlineBefore });
  if (failure.failure === 'client_fault') return { unexplained: `the load client itself could not go on: ${failure.detail}` };
  if (!BROKEN.has(failure.failure)) return { unexplained: `no fault makes a worker do this: ${failure.failure}` };
  if (failure.localPort === null) return { unexplained: 'its connection was never established: nobody held the listening socket, or its queue overflowed' };
  const { app, localPort, openedAt, failedAt } = failure;
  const accepted = acceptedBy(app, localPort, openedAt - CLOCK_SLACK_MS, failedAt + CLOCK_SLACK_MS);
  const server = failure.worker ?? accepted?.worker ?? null;
  const held = ledger.holding(app, localPort, openedAt, failedAt);
  if (server === null) {
    return held.length > 0 ? { fault: held[0] } : { unexplained: `no worker accepted the connection from port ${localPort}` };
  }
  const own = held.find((fault) => fault.worker === server) ?? ledger.ofWorker(server, failure.sentAt, failedAt)[0];
  if (own) return { fault: own };
  if (accepted?.worker === server && accepted.ends && accepted.ends.at <= failedAt + CLOCK_SLACK_MS) {
    return { fault: { step: 'its release', app, worker: server, why: accepted.ends.why } };
  }
  return { unexplained: `worker ${server} served it, and nothing had been done to that worker` };
}

function explainStatus(failure, { ledger, releases, onlineBefore }) {
  const { app, status, worker, failedAt, release } = failure;
  if (status === 500 && worker && releases.answers500(app, release)) return { fault: { step: 'its release', app, worker, why: `${release} is made to answer 500` } };
  if (status !== 503 || worker) return { unexplained: `status ${status} of worker ${worker ?? 'unknown'}` };
  // The agent's own answer: only right while nobody can accept.
  const able = onlineBefore(app, failedAt).filter((online) => ledger.ofWorker(online, 0, failedAt).length === 0);
  if (able.length > 0) return { unexplained: `503 without a worker's name, although nothing had been done to worker ${able[0]}` };
  const [fault] = ledger.around(app, failedAt - 60_000, failedAt).filter(({ mayLose }) => mayLose);
  return fault ? { fault } : { unexplained: '503 without a worker\'s name, and no worker had been disabled in the minute before' };
}
