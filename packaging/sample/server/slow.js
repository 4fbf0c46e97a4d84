// Answers that take their time: at once at the end, or piece by piece.
const LONGEST_MS = 30_000;
const MOST_CHUNKS = 1_000;

/** GET /api/slow?ms=: answers after that many milliseconds. */
export function slowly(release) {
  return (req, res) => {
    const ms = bounded(req.query.ms, 100, LONGEST_MS);
    const timer = setTimeout(() => res.json({ slept: ms, release: release.id, pid: process.pid }), ms);
    res.on('close', () => clearTimeout(timer));
  };
}

/** GET /api/chunks?n=&ms=: n numbered lines, evenly over ms milliseconds, in a chunked body. */
export function inChunks(req, res) {
  const n = bounded(req.query.n, 8, MOST_CHUNKS);
  const ms = bounded(req.query.ms, 100, LONGEST_MS);
  res.type('text/plain');
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    res.write(`line ${sent} of ${n}\n`);
    if (sent >= n) res.end();
  }, Math.max(1, Math.round(ms / Math.max(1, n))));
  res.on('close', () => clearInterval(timer));
}

function bounded(text, usual, most) {
  const value = text === undefined ? usual : Number(text);
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 1), most) : usual;
}
