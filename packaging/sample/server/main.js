// The server's entry point: read what this release is, start, and stop gracefully when asked.
import { createServer } from 'node:http';
import { createApp } from './app.js';
import { applyFault, healthOf, readRelease } from './release.js';
import { attachEcho } from './live.js';
import { openSessions } from './sessions.js';
import { stopGracefully } from './shutdown.js';

const release = readRelease();
applyFault(release); // May throw, or never come back: that is what a broken release does.

const sessions = await openSessions(process.env);
const health = healthOf(release);
const server = createServer(createApp({ release, health, sessions }));
attachEcho(server);
stopGracefully(server, () => sessions.close()); // Before anybody is told that this runs, and may end it.

if (release.fault === 'mute') {
  console.log(`release ${release.id}, pid ${process.pid}: waiting for a licence server that does not exist`);
  setInterval(() => {}, 60_000); // Alive, and yet nobody will ever hear of it.
} else {
  const port = Number(process.env.PORT ?? 3000);
  server.listen({ port, host: process.env.HOST }, () => {
    console.log(`release ${release.id}, pid ${process.pid}: listening on port ${server.address().port}`);
  });
}
