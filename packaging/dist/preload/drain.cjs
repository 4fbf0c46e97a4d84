'use strict';
// Retiring a worker without losing a request. Nothing new is accepted and every answer is a connection's last one; idle
// connections stay until used once more or until the app's own keep-alive timeout. After LONG_LIVED_MS event streams are
// ended and WebSockets get a close frame; at LIMIT_MS the rest is cut and counted.

const SWEEP_MS = 50;
const SPREAD_MS = 2_000; // Over which long-lived clients are told, so that they do not all come back at once.
const REPLY_MS = 10_000; // For a WebSocket client to answer the close frame. Closed on, what it sends resets what it has not read yet.
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]); // WebSocket close frame, code 1001.

class Drain {
  #ports;
  #status;
  #askedAt = null;
  #limitMs = 0;
  #longLivedMs = 0;
  #sweeper = null;
  #tellAt = new WeakMap();

  constructor(ports, status) {
    this.#ports = ports;
    this.#status = status;
  }

  /** Begins, or gives new limits, counted from now, to a drain that has begun; there is no way back. */
  begin(limitMs, longLivedMs) {
    this.#limitMs = limitMs;
    this.#longLivedMs = Math.min(longLivedMs, limitMs);
    const hasBegun = this.#askedAt !== null;
    this.#askedAt = performance.now();
    if (hasBegun) return;
    for (const port of this.#ports) port.lastCall();
    this.#status.set({ draining: true, accepting: false });
    this.#sweeper = setInterval(() => this.#status.guard('cannot drain in order', () => this.#sweep()), SWEEP_MS);
    this.#sweeper.unref();
    this.check();
  }

  /** Called whenever a connection has ended. */
  check() {
    if (this.#askedAt === null || this.#status.get('drained')) return;
    if (!this.#ports.every((port) => port.isQuiet)) return;
    clearInterval(this.#sweeper);
    this.#status.set({ drained: true });
  }

  #sweep() {
    const elapsed = performance.now() - this.#askedAt;
    for (const port of this.#ports) {
      for (const connection of port.publicConnections) {
        if (elapsed >= this.#longLivedMs) this.#endLongLived(connection, this.#spread());
        closeIfNeverUsed(connection);
      }
      if (elapsed >= this.#limitMs) this.#count(port.cutRest());
    }
    this.check();
  }

  #count(cut) {
    if (cut > 0) this.#status.add('cut', cut);
  }

  #spread() {
    return Math.min(SPREAD_MS, (this.#limitMs - this.#longLivedMs) / 2);
  }

  /** Tells a long-lived connection to go, at a moment of its own within the next `spreadMs`. */
  #endLongLived(connection, spreadMs) {
    const streams = [...connection.answers].filter((answer) => answer.isEventStream);
    const webSocket = connection.takenOver?.isWebSocket ? connection.takenOver : null;
    if (streams.length === 0 && !webSocket) return;
    const now = performance.now();
    if (!this.#tellAt.has(connection)) this.#tellAt.set(connection, now + Math.random() * spreadMs);
    if (now < this.#tellAt.get(connection)) return;
    for (const stream of streams) stream.endForApp();
    if (webSocket) closeWebSocket(connection, webSocket);
  }
}

/** Sends the close frame; the client answers it and the app's WebSocket library then ends the connection. */
function closeWebSocket(connection, { socket, writtenBefore }) {
  if (connection.toldToGoAt !== null) {
    if (performance.now() - connection.toldToGoAt > REPLY_MS) connection.closeSoon();
    return;
  }
  if (socket.bytesWritten === writtenBefore || !socket.writable) return; // Not upgraded yet, or ending by itself.
  socket.write(GOING_AWAY);
  connection.toldToGoAt = performance.now();
}

/** A connection opened in advance and never used has no keep-alive timeout in Node before its first request. */
function closeIfNeverUsed(connection) {
  const timeout = connection.socket.server?.keepAliveTimeout;
  const isUnused = !connection.used && connection.isIdle && connection.socket.bytesRead === 0;
  if (isUnused && timeout > 0 && performance.now() - connection.openedAt > timeout) connection.closeSoon();
}

module.exports = { Drain };
