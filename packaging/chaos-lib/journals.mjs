// What the workers of the chaos app noted themselves: which connections they accepted, and their last words.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export class Journals {
  /** `folder` has one folder per app with a file per worker: PID.STARTTICKS.jsonl. */
  constructor(folder) {
    this.folder = folder;
  }

  /** The worker that accepted a connection from `port` between two times, and how it ended itself if it did; else null. */
  acceptedBy(app, port, from, to) {
    for (const worker of this.workers(app)) {
      const lines = this.lines(app, worker);
      const found = lines.filter((line) => line.includes(`"accepted":${port}}`)).map(parse);
      if (!found.some((entry) => entry && entry.at >= from && entry.at <= to)) continue;
      const last = parse(lines.at(-1));
      return { worker, ends: last?.ends ? { at: last.at, why: last.ends } : null };
    }
    return null;
  }

  /** Whether a worker has said that it hangs. */
  hangs(app, worker) {
    return this.lines(app, worker).some((line) => line.includes('"hangs":true'));
  }

  workers(app) {
    return unlessMissing(() => readdirSync(join(this.folder, app)), []).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length));
  }

  lines(app, worker) {
    return unlessMissing(() => readFileSync(join(this.folder, app, `${worker}.jsonl`), 'utf8'), '').trimEnd().split('\n');
  }
}

function unlessMissing(read, otherwise) {
  try {
    return read();
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  }
}

/** A line; null where its writer was killed in the middle of it. */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
