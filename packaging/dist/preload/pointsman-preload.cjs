'use strict';
// The part of pointsman that lives inside a Node worker. The agent starts the worker with
// NODE_OPTIONS=--require=.../pointsman-preload.cjs; the app itself stays unmodified.
//
// The worker inherits the app's listening TCP socket, shared with every other worker. When the app calls listen(PORT):
//   - its own server really listens on a private socket, DIR/app.sock, where the agent probes this very worker;
//   - only when the agent says `accept` is the shared socket served, and its connections go to the app's own server;
//   - when the agent says `drain`, no new connection is taken, every further answer says `Connection: close`, and idle
//     connections are left alone, because closing one can lose the request that is just arriving on it.
// The agent talks to the worker over DIR/ctl.sock (control.cjs). Files: assignment (environment), listening (who calls
// listen), managed-port and app-server (one port, one server on it), drain, status, handover, pm2, cluster-app.
//
// Rule for every file here: an error of ours is a `fault` in the status and a line on stderr, never the app's problem.

const assignment = require('./assignment.cjs');

/** Says, in one line on the worker's log, why the preload did not do what it is there for. */
function explain(text) {
  process.stderr.write(`pointsman: ${text}\n`);
}

function start() {
  const { Worker } = require('./worker.cjs');
  try {
    new Worker(assignment.take(process.env)).start();
  } catch (error) {
    explain(`the preload could not start, so the agent cannot gate this worker: ${error.stack}`);
  }
}

if (assignment.isForThisProcess(process.env)) {
  const packageManager = assignment.packageManager(process.argv[1]);
  if (packageManager) {
    explain(
      `${packageManager} does not pass the listening socket on to the app it starts. ` +
        'Put the node command itself into the app file, for example command = ["node", "server.js"].',
    );
  } else {
    start();
  }
}
