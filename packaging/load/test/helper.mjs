// Servers that misbehave in exactly one way, and the load against them.
import { createServer } from 'node:http';
import { runLoad, settings } from '../load.mjs';

/** A server of the test's own; `handle(req, res, nth)` also gets the number of the request on its connection. */
export async function serverFor(t, handle) {
  const server = createServer((req, res) => {
    req.socket.served = (req.socket.served ?? 0) + 1;
    handle(req, res, req.socket.served);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

/** The right answer to /api/whoami. */
export function whoami(req, res, release = 'r1') {
  const nonce = new URL(req.url, 'http://x').searchParams.get('nonce');
  res.setHeader('X-Release', release);
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ release, nonce }));
}

/** Runs the load until it has sent a few requests, as the command line would. */
export function load(url, args = []) {
  const options = settings(['--url', url, '--rate', '100', '--duration', '1ms', '--min-requests', '20', '--max-duration', '20s', ...args]);
  return runLoad(options, new AbortController().signal);
}

/** The run's one kind of traffic must have failed in one way only, and must have been seen to. */
export function onlyFailure(report, failure) {
  const words = Object.keys(report.failures);
  if (words.length === 1 && words[0] === failure && report.failed > 0) return;
  throw new Error(`expected only ${failure}, got ${JSON.stringify(report.failures)} of ${report.requests}; ${JSON.stringify(report.samples.slice(0, 3))}`);
}
