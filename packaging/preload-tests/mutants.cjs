'use strict';
// Proves that the tests can fail: breaks the preload in one place at a time and runs the test that is there for it.
// Usage: node mutants.cjs [WORD]     (only mutants whose name has the word). Exit code 0 when every mutant was caught.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const PRELOAD = path.resolve(__dirname, '../dist/preload');

/** name; file and text to replace; replacement; test file and the name of the test that must then fail */
const MUTANTS = [
  ['accepts before accept', 'managed-port.cjs', 'if (this.#acceptWanted && !this.#draining)', 'if (!this.#draining)', 'frameworks', 'node:http:'],
  ['private socket for everybody', 'managed-port.cjs', 'PRIVATE_MODE = 0o600', 'PRIVATE_MODE = 0o666', 'gate', 'private sockets'],
  ['control socket for everybody', 'control.cjs', 'chmodSync(path, 0o600)', 'chmodSync(path, 0o666)', 'gate', 'private sockets'],
  ['address() untouched', 'app-server.cjs', 'server.address = () =>', 'server.notAddress = () =>', 'gate', 'address\\(\\) is'],
  ['address() of a spare untouched', 'managed-port.cjs', 'server.address = () =>', 'server.notAddress = () =>', 'gate', 'several addresses'],
  ['no further listen for a port', 'managed-port.cjs', 'if (this.app || this.#cluster) return this.#spare(server, asked);', '', 'gate', 'several addresses'],
  ['only numbers are ports', 'listening.cjs', "typeof value === 'number' || (", 'typeof value === \'number\' || (false && ', 'frameworks', 'Express 4'],
  ['descriptor 3 is not the port', 'listening.cjs', "if (typeof fd === 'number')", 'if (false)', 'frameworks', 'descriptor 3'],
  ['no callback', 'managed-port.cjs', '...(callback ? [callback] : [])', '', 'gate', 'tries the port'],
  ['probes without address', 'app-server.cjs', "Object.defineProperty(socket, name, { value, configurable: true })", 'void value', 'gate', 'client address'],
  ['probes counted as requests', 'app-server.cjs', "if (connection.isPublic) {\n      this.#status.add('requests', 1);", "{\n      this.#status.add('requests', 1);", 'gate', 'client address'],
  ['accept forgotten before listening', 'managed-port.cjs', 'this.#acceptWanted = true;', '', 'gate', 'accept before listening'],
  ['accepting said too early', 'managed-port.cjs', "this.#hidden.once('listening', () => {\n      this.#accepting = true;\n      this.#changed();\n    });", 'this.#accepting = true;\n    this.#changed();', 'gate', 'descriptor is missing'],
  ['backlog reset', 'managed-port.cjs', "this.settings.backlog ?? app.asked.backlog);\n    if (app", '511);\n    if (app', 'gate', 'backlog'],
  ['connections not accounted', 'managed-port.cjs', "['_connections', 'maxConnections', 'dropMaxConnection']", '[]', 'gate', 'hidden listener'],
  ['ready without message', 'worker.cjs', 'this.#messageSeen && (isListening || !first)', 'isListening', 'gate', 'ready by message'],
  ['message before listening', 'worker.cjs', 'this.#messageSeen && (isListening || !first)', 'isListening && this.#messageSeen', 'gate', 'without a port'],
  ['no process.send', 'pm2.cjs', 'process.send = function', 'process.nosend = function', 'gate', 'does no harm'],
  ['no shutdown message', 'pm2.cjs', "process.emit('message', 'shutdown')", 'void 0', 'gate', 'shutdown reaches'],
  ['second port ungated', 'managed-port.cjs', 'if (this.#acceptWanted && !this.#draining)', 'if (this.settings.privatePath.includes("app-") || this.#acceptWanted)', 'gate', 'further managed ports'],
  ['second port not drained', 'drain.cjs', 'this.#ports.every((port) => port.isQuiet)', 'this.#ports[0].isQuiet', 'gate', 'further managed ports'],
  ['port test announced', 'managed-port.cjs', 'setImmediate(() => this.#appListens(app))', 'this.#appListens(app)', 'gate', 'tries the port'],
  ['environment left', 'assignment.cjs', 'for (const name of OURS) delete env[name];', '', 'gate', 'environment and children'],
  ['app’s own options lost', 'assignment.cjs', "const options = withoutPreload(env.NODE_OPTIONS ?? '');", "const options = '';", 'gate', 'environment and children'],
  ['preload left in options', 'assignment.cjs', "const options = withoutPreload(env.NODE_OPTIONS ?? '');", 'const options = env.NODE_OPTIONS;', 'gate', 'NODE_OPTIONS vanishes'],
  ['any process', 'assignment.cjs', 'Number(env.LISTEN_PID) === process.pid &&', '', 'gate', 'LISTEN_PID names'],
  ['package managers too', 'assignment.cjs', 'return match && match[1];', 'return null;', 'gate', 'package manager'],
  ['assignment error thrown', 'pointsman-preload.cjs', 'explain(`the preload could', 'throw error; explain(`the preload could', 'gate', 'broken assignment'],
  ['control error thrown', 'control.cjs', "server.on('error', onError);", '', 'gate', 'directory that is gone'],
  ['no state on connect', 'control.cjs', 'agent.write(this.#greeting());', '', 'gate', 'connect again'],
  ['endless lines', 'control.cjs', 'if (unfinished.length > LONGEST_LINE) agent.destroy();', '', 'gate', 'garbage'],
  ['counters at once', 'status.cjs', 'COUNTERS_EVERY_MS = 250', 'COUNTERS_EVERY_MS = 1', 'gate', 'counters arrive'],
  ['counters never', 'status.cjs', 'this.#pushSoon ??= setTimeout(() => this.push(), COUNTERS_EVERY_MS).unref();', '', 'gate', 'counters arrive'],
  ['no loop delay', 'status.cjs', 'Math.max(this.#loopDelayMs, overdue)', '0', 'gate', 'event loop delay'],
  ['handover without socket', 'handover.cjs', "'inherit', ...descriptors]", "'inherit']", 'gate', 'very socket'],
  ['handover of a closed socket', 'managed-port.cjs', 'this.#descriptorIsOpen = false;', '', 'gate', 'very socket'],
  ['handover failure unsaid', 'handover.cjs', 'if (problem) this', 'if (false) this', 'gate', 'handover that fails'],
  ['goes on accepting', 'managed-port.cjs', 'this.#close.call(this.#hidden);', '', 'drain', 'nothing new'],
  ['idle connections closed at once', 'drain.cjs', 'this.#askedAt = performance.now();', 'this.#askedAt = performance.now();\n    for (const port of this.#ports) for (const c of port.publicConnections) if (c.isIdle) c.closeSoon();', 'drain', 'left alone'],
  ['no Connection: close', 'close-header.cjs', 'answer && answer.server.closing &&', 'false && answer &&', 'drain', 'left alone'],
  ['unused connections stay', 'drain.cjs', 'isUnused && timeout > 0', 'false && isUnused', 'drain', 'never used'],
  ['probes hold the drain', 'app-server.cjs', 'filter((connection) => connection.isPublic)', 'filter(() => true)', 'drain', 'probes do not keep'],
  ['object headers insist', 'close-header.cjs', 'const kept = Object.entries(headers).filter(([name]) => !isConnection(name));\n    return { ...Object.fromEntries(kept), Connection: \'close\' };', 'return headers;', 'drain', 'keep-alive \\(object'],
  ['list headers insist', 'close-header.cjs', "return [...headers.filter(isOther), 'Connection', 'close'];", 'return headers;', 'drain', 'keep-alive \\(list'],
  ['early headers insist', 'close-header.cjs', "response.setHeader('Connection', 'close');", '', 'drain', 'keep-alive \\(early'],
  ['streaming answers closed', 'app-server.cjs', 'if (this.#idleExpired && connection.isIdle)', 'if (this.closing && connection.isIdle)', 'drain', 'has begun'],
  ['pipelined answers lost', 'close-header.cjs', 'answer.connection.newestAnswer === answer && ', '', 'drain', 'pipelined'],
  ['drained with requests under way', 'drain.cjs', 'if (!this.#ports.every((port) => port.isQuiet)) return;', '', 'drain', 'upload'],
  ['event streams left', 'drain.cjs', 'stream.endForApp()', 'void stream', 'drain', 'event streams'],
  ['app crashes on writing on', 'connection.cjs', "response.on('error', () => {});\n    response.once('finish', () => connection.session || connection.closeSoon());\n    response.end();\n    response.write = ignore;\n    response.end = ignore;", "response.once('finish', () => connection.session || connection.closeSoon());\n    response.end();", 'drain', 'does not read'],
  ['long-lived not waited for', 'drain.cjs', 'if (elapsed >= this.#longLivedMs)', 'if (true)', 'drain', 'event streams'],
  ['WebSockets without frame', 'drain.cjs', 'socket.write(GOING_AWAY);', 'socket.end();', 'drain', 'WebSockets get close'],
  ['WebSockets told all at once', 'drain.cjs', 'now + Math.random() * spreadMs', 'now', 'drain', 'WebSockets get close'],
  ['upgrade listener added', 'app-server.cjs', 'this.#watchEvents();', "this.#watchEvents();\n    server.on('upgrade', () => {});", 'drain', 'does not take'],
  ['no limit', 'drain.cjs', 'if (elapsed >= this.#limitMs) this', 'if (false) this', 'drain', 'at the limit'],
  ['cut not counted', 'drain.cjs', "if (cut > 0) this.#status.add('cut', cut);", '', 'drain', 'at the limit'],
  ['limit without close frame', 'drain.cjs', 'this.#longLivedMs = Math.min(longLivedMs, limitMs)', 'this.#longLivedMs = longLivedMs', 'drain', 'limit comes first'],
  ['other protocols not counted', 'managed-port.cjs', 'app.open(socket, true)', "app.server.listenerCount('request') && app.open(socket, true)", 'drain', 'not HTTP'],
  ['drained again and again', 'drain.cjs', 'this.#status.set({ drained: true });', 'this.#status.set({ drained: true });\n    this.#status.push();', 'drain', 'exactly once'],
  ['accept after drain', 'managed-port.cjs', 'if (this.#draining || !this.#descriptorIsOpen) {', 'if (false) {', 'drain', 'exactly once'],
  ['accept after drain without accept', 'managed-port.cjs', 'if (this.#draining || !this.#descriptorIsOpen) {', 'if (!this.#descriptorIsOpen) {', 'drain', 'never accepted'],
  ['close() of Node', 'app-server.cjs', "this.#status.guard('cannot close in order', () => this.#appCloses());", '', 'close', 'after close\\(\\) is'],
  ['closeIdleConnections at once', 'app-server.cjs', 'this.#unlessClosing(() => closeIdleConnections.call(server))', 'closeIdleConnections.call(server)', 'close', 'closeIdleConnections'],
  ['closeAllConnections at once', 'app-server.cjs', 'setTimeout(() => closeAllConnections.call(server), BUSY_AFTER_FORCE_MS).unref()', 'closeAllConnections.call(server)', 'close', 'last chance'],
  ['closeAllConnections never', 'app-server.cjs', 'setTimeout(() => closeAllConnections.call(server), BUSY_AFTER_FORCE_MS).unref()', 'void 0', 'close', 'last chance'],
  ['accepts after close()', 'managed-port.cjs', 'this.app = null; // Free for another one: some apps only try whether the port is free.\n    this.#stopAccepting();', 'this.app = null;', 'close', 'after close\\(\\) is'],
  ['probes hold close()', 'app-server.cjs', 'if (!connection.isPublic && connection.isIdle) connection.closeSoon();', '', 'close', 'whatever probes'],
  ['no GOAWAY', 'app-server.cjs', 'for (const { session } of this.publicConnections) session?.close();', '', 'http2', 'GOAWAY at drain'],
  ['late sessions stay', 'app-server.cjs', 'for (const { session } of this.publicConnections) session?.close();', '', 'http2', 'idle HTTP/2'],
  ['HTTP/2 streams not counted', 'app-server.cjs', 'this.#answering(connection, stream);', '', 'http2', 'GOAWAY at drain'],
  ['HTTP/2 event streams left', 'connection.cjs', "if (sent) return", 'if (sent) return false; if (sent) return', 'http2', 'event streams'],
  ['HTTP/2 never cut', 'connection.cjs', 'this.session?.destroy();\n      this.socket.destroy();', '', 'http2', 'cut at the limit'],
  ['no door without TLS', 'managed-port.cjs', 'if (app.server.setSecureContext) this.#openDoor(app);', '', 'frameworks', 'https:'],
  ['door takes no HTTP/1.1', 'managed-port.cjs', 'process.nextTick(() => socket.resume());', '', 'frameworks', 'HTTP/2 with TLS'],
  ['cluster gated for ever', 'managed-port.cjs', 'if (isClusterListener(server) && !this.#draining)', 'if (false)', 'cluster', 'shared port'],
  ['cluster not reported', 'cluster-app.cjs', 'status.set({ cluster: true });', '', 'cluster', 'shared port'],
  ['cluster socket closed', 'cluster-app.cjs', 'if (!this.#handle) {', 'if (false) {', 'cluster', 'last worker'],
  ['cluster connections dropped', 'cluster-app.cjs', 'this.#pending.push(connection)', 'connection.close()', 'cluster', 'last worker'],
  ['cluster workers not asked', 'cluster-app.cjs', 'worker.disconnect();', '', 'cluster', 'lets its workers'],
  ['cluster goes on accepting', 'cluster-app.cjs', 'delete this.#handle.close; // Back to the real one.\n    this.#handle.close();', '', 'cluster', 'lets its workers'],
  ['roll closes idle connections', 'drain.cjs', 'this.#askedAt = performance.now();', 'this.#askedAt = performance.now();\n    for (const port of this.#ports) for (const c of port.publicConnections) if (c.isIdle) c.closeSoon();', 'load', 'plain.cjs'],
];

function isCaught([name, file, text, replacement, testFile, testName]) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pm-mutant-'));
  try {
    fs.cpSync(PRELOAD, directory, { recursive: true });
    const target = path.join(directory, file);
    const source = fs.readFileSync(target, 'utf8');
    if (source.split(text).length !== 2) throw new Error(`"${name}": the text is not exactly once in ${file}: ${text}`);
    fs.writeFileSync(target, source.replace(text, () => replacement));
    const words = ['--test', `--test-name-pattern=${testName}`, '--test-reporter=tap', `test/${testFile}.test.cjs`];
    const run = spawnSync(process.execPath, words, {
      cwd: __dirname,
      encoding: 'utf8',
      env: { ...process.env, POINTSMAN_PRELOAD: path.join(directory, 'pointsman-preload.cjs'), POINTSMAN_TEST_DEADLINE_MS: '5000' },
      timeout: 180_000,
    });
    return { caught: run.status !== 0 && /^not ok/m.test(run.stdout), output: run.stdout };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const chosen = MUTANTS.filter(([name]) => name.includes(process.argv[2] ?? ''));
let survivors = 0;
for (const mutant of chosen) {
  const { caught } = isCaught(mutant);
  if (!caught) survivors++;
  console.log(`${caught ? 'caught  ' : 'SURVIVED'} ${mutant[0]}  (${mutant[4]}: ${mutant[5]})`);
}
console.log(`${chosen.length - survivors} of ${chosen.length} caught`);
process.exitCode = survivors ? 1 : 0;
