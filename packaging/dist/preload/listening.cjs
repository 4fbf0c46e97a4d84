'use strict';
// The one place where the app meets the preload: net.Server.prototype.listen, which http, https, http2, tls and every
// framework end in.

const net = require('node:net');

const listen = net.Server.prototype.listen;
const close = net.Server.prototype.close;

/** Sends listens for a managed port to it; all others go on as ever. */
function intercept(ports, status) {
  net.Server.prototype.listen = function (...args) {
    const asked = this.listening ? null : status.guard('cannot read the arguments of listen()', () => parse(args));
    const port = asked && ports.find(({ settings }) => isFor(settings, asked));
    return port ? port.serve(this, { ...asked, port: port.settings.number }) : listen.apply(this, args);
  };
}

function isFor({ number, descriptor }, asked) {
  return asked.descriptor === undefined ? asked.port === number : asked.descriptor === descriptor;
}

/** What a listen(...) asks for, in all the forms that Node knows; null for a path, a handle, or any free port. */
function parse(args) {
  const callback = args.find((arg) => typeof arg === 'function');
  const [first, second, third] = args;
  if (typeof first === 'object' && first !== null) {
    const { port, host, backlog, signal, fd, path, _handle } = first;
    if (_handle || first.handle || path) return null;
    if (typeof fd === 'number') return { descriptor: fd, backlog, signal, callback };
    return toPort(port) && { port: toPort(port), host, backlog, signal, callback };
  }
  const host = typeof second === 'string' && Number.isNaN(Number(second)) ? second : undefined;
  const backlog = Number(second) || Number(third) || undefined;
  return toPort(first) && { port: toPort(first), host, backlog, callback };
}

/** Node takes ports as numbers or as numeric strings. */
function toPort(value) {
  const isPort = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  return (isPort && Number(value)) || null;
}

module.exports = { intercept, original: { listen, close } };
