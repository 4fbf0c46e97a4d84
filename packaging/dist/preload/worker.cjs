'use strict';
// Wires the parts together: the agent's commands to the ports, and the ports' states to the status.

const path = require('node:path');
const listening = require('./listening.cjs');
const pm2 = require('./pm2.cjs');
const stdio = require('./stdio.cjs');
const { Control } = require('./control.cjs');
const { Drain } = require('./drain.cjs');
const { Handover } = require('./handover.cjs');
const { ManagedPort } = require('./managed-port.cjs');
const { Status } = require('./status.cjs');

class Worker {
  #assignment;
  #status = new Status((line) => this.#control.send(line));
  #control = new Control(
    (verb, words) => this.#status.guard(`cannot carry out "${verb}"`, () => this.#obey(verb, words)),
    () => this.#status.line(),
  );
  #ports;
  #drain;
  #handover;
  #messageSeen = false;

  constructor(assignment) {
    this.#assignment = assignment;
    this.#ports = assignment.ports.map((port, i) => this.#managedPort(port, i === 0));
    this.#drain = new Drain(this.#ports, this.#status);
    this.#handover = new Handover(assignment.handover, this.#status);
  }

  start() {
    this.#status.guard('cannot guard the log', () => stdio.guard(() => this.#status.add('logRefused', 1)));
    listening.intercept(this.#ports, this.#status);
    pm2.listenForReady(() => {
      this.#messageSeen = true;
      this.#refresh();
    });
    const path = this.#file('ctl.sock');
    this.#control.serve(path, listening.original.listen, (error) =>
      this.#status.fault(`cannot listen for the agent on ${path}`, error),
    );
  }

  #file(name) {
    return path.join(this.#assignment.directory, name);
  }

  /** The first port is the one that is probed; its files have no number. */
  #managedPort({ number, descriptor }, isFirst) {
    const suffix = isFirst ? '' : `-${number}`;
    const settings = {
      number,
      descriptor,
      backlog: this.#assignment.backlog,
      privatePath: this.#file(`app${suffix}.sock`),
      doorPath: this.#file(`plain${suffix}.sock`),
      sparePath: (count) => this.#file(`spare${suffix}-${count}.sock`),
    };
    return new ManagedPort(settings, listening.original, this.#status, () => this.#refresh());
  }

  #obey(verb, words) {
    switch (verb) {
      case 'accept':
        for (const port of this.#ports) port.accept();
        break;
      case 'drain':
        this.#drain.begin(milliseconds(words[0], 30_000), milliseconds(words[1], 2_000));
        break;
      case 'status':
        this.#status.push();
        break;
      case 'handover':
        this.#handover.give(this.#ports.map((port) => port.descriptor), words.join(' '));
        break;
      case 'shutdown':
        pm2.askToShutDown();
        break;
      default: // A newer agent than this preload; it sees from the unchanged status that nothing was done.
        process.stderr.write(`pointsman: the agent sent "${verb}", which this preload does not know\n`);
    }
  }

  /** Brings the states up to date after any change; the agent hears of it only if there was one. */
  #refresh() {
    const [first, ...others] = this.#ports;
    const isListening = first?.listening ?? false;
    const isReady = this.#assignment.readyByMessage ? this.#messageSeen && (isListening || !first) : isListening;
    const isAccepting = Boolean(first?.accepting) && others.every((port) => port.accepting || !port.listening);
    this.#status.set({ listening: isListening, ready: isReady, accepting: isAccepting });
    this.#drain.check();
  }
}

function milliseconds(word, fallback) {
  const value = Number(word);
  return word && value >= 0 ? value : fallback;
}

module.exports = { Worker };
