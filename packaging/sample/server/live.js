// What stays open: Server-Sent Events and an echoing WebSocket.
import { WebSocketServer } from 'ws';

/** GET /api/events?every=: a numbered event at once and then every so many milliseconds. */
export function streamEvents(release) {
  return (req, res) => {
    const every = Math.min(Math.max(Number(req.query.every) || 1_000, 50), 60_000);
    res.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    let id = 0;
    const send = () => {
      id += 1;
      const data = JSON.stringify({ release: release.id, pid: process.pid, at: Date.now() });
      res.write(`id: ${id}\nevent: tick\ndata: ${data}\n\n`);
    };
    send();
    const timer = setInterval(send, every);
    res.on('close', () => clearInterval(timer));
  };
}

/** Echoes every message at /ws. */
export function attachEcho(server) {
  const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: 64 * 1024 });
  sockets.on('error', () => {}); // The server's own errors come here too, and are reported there.
  sockets.on('connection', (socket) => {
    socket.on('error', (error) => console.error(`websocket: ${error.message}`));
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return sockets;
}
