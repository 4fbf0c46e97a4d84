'use strict';
// What the agent asked of this worker, as environment variables. They are removed once read: a process that the app starts
// must not take itself for the worker.

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const OURS = [
  'POINTSMAN_DIR',
  'POINTSMAN_LISTEN',
  'POINTSMAN_READY',
  'POINTSMAN_BACKLOG',
  'POINTSMAN_HANDOVER',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
];
const PRELOAD = 'pointsman-preload.cjs';
const PACKAGE_MANAGER = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli)?(-\d[\w.-]*)?(\.[cm]?js)?$/;

/** True only in the main thread of the process that the agent started, not in its children, threads or cluster workers. */
function isForThisProcess(env) {
  return (
    isMainThread &&
    Boolean(env.POINTSMAN_DIR) &&
    Number(env.LISTEN_PID) === process.pid &&
    env.NODE_UNIQUE_ID === undefined
  );
}

/** The name of the package manager that `script` is, or null. */
function packageManager(script) {
  const match = PACKAGE_MANAGER.exec(path.basename(script ?? ''));
  return match && match[1];
}

/** Reads the assignment and removes it from `env`, which keeps everything that is the app's own. */
function take(env) {
  const assignment = {
    directory: env.POINTSMAN_DIR,
    ports: parsePorts(env.POINTSMAN_LISTEN),
    readyByMessage: env.POINTSMAN_READY === 'message',
    backlog: Number(env.POINTSMAN_BACKLOG) || undefined,
    handover: parseCommand(env.POINTSMAN_HANDOVER),
  };
  for (const name of OURS) delete env[name];
  const options = withoutPreload(env.NODE_OPTIONS ?? '');
  if (options) env.NODE_OPTIONS = options;
  else delete env.NODE_OPTIONS;
  return assignment;
}

/** Parses `PORT:FD[,PORT:FD]`; the first is the port whose server is gated and probed. */
function parsePorts(text) {
  if (!text) return []; // A background worker: no port, but the control socket and PM2 messages.
  return text.split(',').map((pair) => {
    const match = /^(\d{1,5}):(\d{1,7})$/.exec(pair);
    if (!match) throw new Error(`POINTSMAN_LISTEN is "${text}", not PORT:FD[,PORT:FD]`);
    return { number: Number(match[1]), descriptor: Number(match[2]) };
  });
}

function parseCommand(text) {
  if (!text) return null;
  const command = JSON.parse(text);
  if (!Array.isArray(command) || command.length === 0 || command.some((word) => typeof word !== 'string')) {
    throw new Error(`POINTSMAN_HANDOVER is ${text}, not a JSON array of words`);
  }
  return command;
}

/** NODE_OPTIONS without this preload. Node separates options by spaces and lets double quotes protect them. */
function withoutPreload(options) {
  const words = options.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  const kept = [];
  for (let i = 0; i < words.length; i++) {
    const separate = /^(-r|--require)$/.test(words[i]) && isPreload(words[i + 1]);
    if (separate) i++;
    else if (!/^"?(-r|--require)=/.test(words[i]) || !isPreload(words[i])) kept.push(words[i]);
  }
  return kept.join(' ');
}

function isPreload(word) {
  return (word ?? '').replace(/"/g, '').endsWith(`/${PRELOAD}`);
}

module.exports = { isForThisProcess, packageManager, take };
