// Waiting for conditions, each with a limit.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until `condition()` gives something true, and gives that; throws with `what`, and `seen()` where given, at the limit. */
export async function until(what, limitMs, condition, { everyMs = 50, seen = () => '' } = {}) {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s. ${seen()}`.trim());
    await sleep(everyMs);
  }
}
