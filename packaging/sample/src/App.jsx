import { lazy, Suspense, useState } from 'react';
import { useEvents, usePolled } from './api.js';

const Workers = lazy(() => import('./Workers.jsx')); // A chunk of its own, fetched when it is asked for.

export function App() {
  const whoami = usePolled('/api/whoami', 2_000);
  const session = usePolled('/api/session', 10_000);
  const event = useEvents('/api/events');
  const [details, setDetails] = useState(false);
  const running = whoami.value?.release;
  return (
    <main>
      <h1>pointsman sample</h1>
      {whoami.error && <p className="notice">The API does not answer: {whoami.error}</p>}
      {running && running !== __RELEASE__ && (
        <p className="notice">
          Release {running} is out. <button onClick={() => window.location.reload()}>Load it</button>
        </p>
      )}
      <dl>
        <Fact name="This page">{__RELEASE__}</Fact>
        <Fact name="The API">{running}</Fact>
        <Fact name="Worker">{whoami.value && `pid ${whoami.value.pid}, slot ${whoami.value.slot ?? 'none'}`}</Fact>
        <Fact name="Your visits">{session.value && `${session.value.views} (kept in ${session.value.store})`}</Fact>
        <Fact name="Last event">{event && `${event.release}, pid ${event.pid}`}</Fact>
      </dl>
      <button onClick={() => setDetails(!details)}>{details ? 'Hide' : 'Show'} the workers</button>
      {details && (
        <Suspense fallback={<p>Loading.</p>}>
          <Workers />
        </Suspense>
      )}
    </main>
  );
}

function Fact({ name, children }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children ?? '…'}</dd>
    </div>
  );
}
