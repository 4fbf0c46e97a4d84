// What happened around a moment, for a person who was not there.
import { appendFileSync } from 'node:fs';

const AROUND_MS = 15_000;
const MOST_LINES = 60;

export function clock(at) {
  return new Date(at).toISOString().slice(11, 23);
}

/** Everything that is said, on the terminal and in a file, with the time. */
export class Story {
  constructor(file, { wallClock = () => Date.now(), print = console.log } = {}) {
    this.file = file;
    this.wallClock = wallClock;
    this.print = print;
  }

  say(text) {
    const line = `${clock(this.wallClock())} ${text}`;
    this.print(line);
    appendFileSync(this.file, `${line}\n`);
  }
}

/** The lines about one failure: itself, the faults and the states of its app's workers around it. */
export function about(failure, why, { faults, changes }) {
  const from = failure.openedAt ?? failure.failedAt;
  const near = (at) => at >= from - AROUND_MS && at <= failure.failedAt + 2_000;
  const events = [
    ...faults
      .filter(({ app, from: begun, to }) => (app === failure.app || app === null) && begun <= failure.failedAt && (to === null || to >= from - AROUND_MS))
      .map((fault) => ({ at: fault.from, text: `fault ${fault.step} of ${fault.worker ?? 'the host'}${fault.to ? `, until ${clock(fault.to)}` : ', not over'}; held ports: ${fault.ports.join(' ') || 'none'}` })),
    ...changes.filter(({ app, at }) => app === failure.app && near(at)).map(({ at, text }) => ({ at, text: `workers: ${text}` })),
    ...(failure.openedAt ? [{ at: failure.openedAt, text: `the connection from port ${failure.localPort} is opened` }] : []),
    ...(failure.sentAt ? [{ at: failure.sentAt, text: 'the request is sent' }] : []),
    { at: failure.failedAt, text: `it fails: ${failure.failure}: ${failure.detail}` },
  ].sort((a, b) => a.at - b.at);
  return [
    `UNEXPLAINED: ${failure.kind} of ${failure.app}, ${failure.failure}, worker ${failure.worker ?? 'unknown'}: ${why}`,
    ...events.slice(-MOST_LINES).map(({ at, text }) => `    ${clock(at)} ${text}`),
  ];
}
