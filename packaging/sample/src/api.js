import { useEffect, useState } from 'react';

/** Fetches JSON; anything but a 2xx is an error. */
export async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Asks `path` now and every `everyMs`: { value, error }. */
export function usePolled(path, everyMs) {
  const [state, setState] = useState({ value: null, error: null });
  useEffect(() => {
    const aborter = new AbortController();
    const ask = () =>
      fetchJson(path, { signal: aborter.signal })
        .then((value) => setState({ value, error: null }))
        .catch((error) => aborter.signal.aborted || setState((old) => ({ ...old, error: error.message })));
    ask();
    const timer = setInterval(ask, everyMs);
    return () => {
      clearInterval(timer);
      aborter.abort();
    };
  }, [path, everyMs]);
  return state;
}

/** The last event of the server's stream; the browser reconnects by itself. */
export function useEvents(path) {
  const [last, setLast] = useState(null);
  useEffect(() => {
    const source = new EventSource(path);
    source.addEventListener('tick', (event) => setLast(JSON.parse(event.data)));
    return () => source.close();
  }, [path]);
  return last;
}
