'use strict';
// An app that runs Node's own cluster. Its workers are processes without this preload, and its primary accepts for them;
// so there is no gate: the shared socket is served as soon as they listen. Draining asks them to disconnect, which is the
// cluster's own graceful stop.

const PENDING_CONNECTIONS = 128; // While no cluster worker listens.

class ClusterListener {
  listening = false;
  #handle = null;
  #pending = [];
  #leaving = new Set();
  #status;
  #changed;

  constructor(status, changed) {
    this.#status = status;
    this.#changed = changed;
    status.set({ cluster: true });
  }

  get isQuiet() {
    return this.#leaving.size === 0;
  }

  /** Lets the primary's `server` listen on the inherited socket, at its first listen or at one after all workers died. */
  listen(server, listen, { descriptor, backlog }, asked) {
    server.once('listening', () => this.#listens(server));
    listen.call(server, this.#handle ?? { fd: descriptor }, backlog ?? asked.backlog);
  }

  // The primary closes its listener when its last worker dies, and gets a new one with the next. The inherited socket
  // cannot be opened twice, so its handle survives, and keeps what arrives in between.
  #listens(server) {
    const handle = server._handle;
    if (!this.#handle) {
      this.#handle = handle;
      handle.close = () => {
        handle.onconnection = (error, connection) => this.#keep(connection);
        this.listening = false;
        this.#changed();
      };
    }
    this.listening = true;
    setImmediate(() => {
      for (const connection of this.#pending.splice(0)) handle.onconnection(0, connection);
    });
    this.#changed();
  }

  #keep(connection) {
    if (connection && this.#pending.length < PENDING_CONNECTIONS) this.#pending.push(connection);
    else connection?.close();
  }

  /** Stops accepting and asks every cluster worker to finish; `changed` is called as they leave. */
  disconnect(changed) {
    if (!this.#handle) return;
    delete this.#handle.close; // Back to the real one.
    this.#handle.close();
    this.listening = false;
    for (const worker of Object.values(require('node:cluster').workers ?? {})) {
      this.#leaving.add(worker);
      const left = () => this.#leaving.delete(worker) && changed();
      worker.once('disconnect', left);
      worker.once('exit', left);
      worker.disconnect();
    }
  }

  /** Gives up on the cluster workers that have not left, and says how many. */
  abandon() {
    const count = this.#leaving.size;
    this.#leaving.clear();
    return count;
  }
}

module.exports = { ClusterListener };
