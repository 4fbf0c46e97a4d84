// Every fault that was injected: into which worker, when, and which clients' connections that worker held at that moment.
//
// The connections are read off the kernel while the worker stands still (stopped, or in its endless loop), so that the list is
// exact: whatever such a worker loses is on it, whatever is not on it was somebody else's. All times are milliseconds of now().

export const now = () => performance.timeOrigin + performance.now();

/** Steps after which requests that the worker was serving may be lost. The others must not lose any. */
const MAY_LOSE = new Set(['kill', 'kill-all', 'stop', 'stop-for-good', 'hang']);

export class Ledger {
  constructor() {
    this.faults = [];
  }

  /** Notes a fault as it begins; `worker` is PID.STARTTICKS, none for faults of the host and the agent. */
  begin({ step, app = null, worker = null, from = now() }) {
    const fault = { id: this.faults.length + 1, step, app, worker, from, to: null, ports: [], countedAt: null, mayLose: MAY_LOSE.has(step) };
    this.faults.push(fault);
    return fault;
  }

  /** The client ports that the worker of `fault` held, while it could neither take nor give. */
  held(fault, ports) {
    fault.ports = ports;
    fault.countedAt = now();
  }

  end(fault, at = now()) {
    fault.to ??= at;
  }

  /** Faults of `worker` that may lose requests and were there at some moment from `from` to `to`. */
  ofWorker(worker, from, to) {
    return this.faults.filter((fault) => fault.mayLose && fault.worker === worker && overlaps(fault, from, to));
  }

  /** Faults whose worker held the connection of `port` at a moment from `from` to `to`. */
  holding(app, port, from, to) {
    return this.faults.filter((fault) => fault.mayLose && fault.app === app && fault.ports.includes(port) && fault.countedAt >= from && fault.countedAt <= to);
  }

  /** Faults of this app, the agent or the host in that time. */
  around(app, from, to) {
    return this.faults.filter((fault) => (fault.app === app || fault.app === null) && overlaps(fault, from, to));
  }

  get open() {
    return this.faults.filter((fault) => fault.to === null);
  }
}

function overlaps(fault, from, to) {
  return fault.from <= to && (fault.to ?? Infinity) >= from;
}
