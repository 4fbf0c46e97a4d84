// The way out: no new connections, finish what is in flight, and a valve for what never finishes.
const VALVE_MS = 10_000;

/** On SIGTERM and SIGINT: closes the server, then exits with 0; with 1 when that takes too long. */
export function stopGracefully(server, closeRest) {
  let stopping = false;
  const stop = (signal) => {
    if (stopping) return;
    stopping = true;
    console.log(`${signal}: finishing what is in flight`);
    server.close(async () => {
      await closeRest();
      console.log('all connections are closed');
      process.exit(0);
    });
    setTimeout(() => {
      console.error(`still open after ${VALVE_MS} ms: leaving anyway`);
      process.exit(1);
    }, VALVE_MS).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
