// Uploads are hashed as they stream by; nothing of them is kept.
import { createHash } from 'node:crypto';

const LARGEST = 64 * 1024 * 1024;

/** POST /api/upload: answers the number of bytes and their SHA-256. */
export async function receiveUpload(req, res) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of req) {
    bytes += piece.length;
    if (bytes > LARGEST) {
      res.status(413).set('Connection', 'close').json({ error: `more than ${LARGEST} bytes` });
      return;
    }
    hash.update(piece);
  }
  res.json({ bytes, sha256: hash.digest('hex'), pid: process.pid });
}
