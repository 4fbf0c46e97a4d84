// Page loads as browsers make them: the page, then the parts that it names. A part that is not there is of the other release.
import { Connection } from '../../load/lib/connection.mjs';
import { head } from '../../load/lib/requests.mjs';
import { sleep } from '../../load/lib/pace.mjs';

const EVERY_MS = 250;

/** Loads pages until `signal` aborts; counts into `counts`: loaded, broken (a part was missing), failed (a request was lost). */
export async function loadPages({ host, port, timeoutMs, signal }, counts) {
  while (await sleep(EVERY_MS, signal)) {
    try {
      const page = await fetchOne({ host, port, timeoutMs }, '/');
      const parts = [...page.body.toString('utf8').matchAll(/src="([^"]+)"/g)].map((match) => match[1]);
      const answers = [];
      for (const part of parts) answers.push(await fetchOne({ host, port, timeoutMs }, part));
      counts.loaded += 1;
      if (answers.length === 0 || answers.some(({ status }) => status !== 200)) counts.broken += 1;
    } catch {
      counts.failed += 1;
    }
  }
}

async function fetchOne({ host, port, timeoutMs }, path) {
  const connection = new Connection(host, port);
  try {
    return await connection.exchange((socket) => socket.write(head('GET', path, `${host}:${port}`, true, [])), { timeoutMs });
  } finally {
    connection.close();
  }
}
