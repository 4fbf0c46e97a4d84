// What /proc says of processes. A process is its pid and its start time, because pids are used again.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const KB_PER_MB = 1_024;
const TICK_MS = 10; // CLK_TCK is 100 on every Linux of today.

/** What `read()` gives, or null when the process or file has gone meanwhile. */
function unlessGone(read) {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return null;
    throw error;
  }
}

/** Parses /proc/PID/stat. */
export function parseStat(text) {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    pid: Number(text.slice(0, text.indexOf(' '))),
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0],
    parent: Number(fields[1]),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    startTicks: fields[19],
  };
}

/** The process as it is now; null when there is none. */
export function stat(pid) {
  const text = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return text && parseStat(text);
}

/** "PID.STARTTICKS", which is what workers call themselves; null when there is none. */
export function identity(pid) {
  const now = stat(pid);
  return now && `${pid}.${now.startTicks}`;
}

export function pidOf(worker) {
  return Number(worker.split('.')[0]);
}

/** Whether that very process lives; a zombie does not. */
export function lives(worker) {
  const now = stat(pidOf(worker));
  return now !== null && `${now.pid}.${now.startTicks}` === worker && !'ZX'.includes(now.state);
}

/** Sends a signal to that very process; false when it is gone. */
export function signal(worker, name) {
  if (!lives(worker)) return false;
  try {
    process.kill(pidOf(worker), name);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Whether all threads of a process are stopped by SIGSTOP. */
export function isStopped(pid) {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.length > 0 && threads.every((thread) => unlessGone(() => parseStat(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')).state) === 'T');
}

/** Resident memory in MB of 1,048,576 bytes, and open descriptors; null when it is gone. */
export function usage(pid) {
  return unlessGone(() => ({
    rssMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / KB_PER_MB,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }));
}

function environment(pid) {
  return unlessGone(() => readFileSync(`/proc/${pid}/environ`, 'latin1')) ?? '';
}

/** All living processes whose environment or arguments name `text`. */
export function naming(text) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  return pids
    .filter((pid) => pid !== process.pid)
    .filter((pid) => environment(pid).includes(text) || (unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '').includes(text))
    .map((pid) => ({ ...stat(pid), command: (unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '').split('\0').join(' ').trim() }))
    .filter((found) => found.state && !'ZX'.includes(found.state));
}

/** Dead children that `parent` has not reaped. */
export function zombiesOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(stat)
    .filter((found) => found !== null && found.parent === parent && found.state === 'Z');
}

/** Parses /proc/net/tcp: connections by the inode of their socket; ports in the clear. */
export function parseTcp(text) {
  const connections = new Map();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields.length < 10) continue;
    const port = (address) => parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
    connections.set(fields[9], { localPort: port(fields[1]), remotePort: port(fields[2]), state: fields[3] });
  }
  return connections;
}

/** The client ports of all connections at `port` that a process holds at this moment. */
export function clientPorts(pid, port) {
  const held = unlessGone(() => readdirSync(`/proc/${pid}/fd`).map((fd) => unlessGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`)))) ?? [];
  const inodes = held.map((link) => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1]).filter(Boolean);
  const tcp = parseTcp(readFileSync('/proc/net/tcp', 'utf8'));
  return inodes
    .map((inode) => tcp.get(inode))
    .filter((connection) => connection?.localPort === port && connection.remotePort > 0)
    .map((connection) => connection.remotePort);
}
