// What this release is: its name, and for broken ones what is wrong with it. The build writes
// release.config.json beside package.json; the release carries its fault itself, as a real one would.
import { readFileSync } from 'node:fs';

const FAULTS = ['none', 'crash', 'mute', 'sick'];

/** Reads release.config.json; RELEASE_ID, which a deployment agent sets, is the name that counts. */
export function readRelease(env = process.env, file = new URL('../release.config.json', import.meta.url)) {
  const config = { release: 'development', fault: 'none', sickAfterMs: 0, ...parse(file) };
  if (!FAULTS.includes(config.fault)) {
    throw new Error(`${file.pathname}: "fault" is "${config.fault}", but can only be one of ${FAULTS.join(', ')}`);
  }
  if (!Number.isFinite(config.sickAfterMs) || config.sickAfterMs < 0) {
    throw new Error(`${file.pathname}: "sickAfterMs" must be a number of milliseconds`);
  }
  return {
    id: env.RELEASE_ID ?? config.release,
    slot: env.POINTSMAN_SLOT ?? env.NODE_APP_INSTANCE ?? null,
    fault: config.fault,
    sickAfterMs: config.sickAfterMs,
  };
}

function parse(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return {}; // Run from the sources, not from a built release.
    throw error;
  }
  return JSON.parse(text);
}

/** Ends the process of a release that cannot start. */
export function applyFault(release) {
  if (release.fault === 'crash') {
    throw new Error(`release ${release.id} cannot start: the table "orders" has no column "currency"`);
  }
}

/** How the process feels: healthy, until a sick release has run for its time. */
export function healthOf(release, now = () => performance.now()) {
  const started = now();
  return {
    isHealthy: () => release.fault !== 'sick' || now() - started < release.sickAfterMs,
  };
}
