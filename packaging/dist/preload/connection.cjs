'use strict';
// One connection of an app server, and the answers under way on it. A connection is public (it came through the shared
// socket) or the agent's own probe; only public ones are counted, and only they keep a worker from being drained.

const CONNECTION = Symbol('pointsman.connection');
const ANSWER = Symbol('pointsman.answer');

class Connection {
  answers = new Set();
  newestAnswer = null;
  used = false;
  openedAt = performance.now();
  /** The socket that an `upgrade` or CONNECT was taken over by, with what it takes to end it in order. */
  takenOver = null;
  /** The HTTP/2 session, if it is one. */
  session = null;
  /** When a long-lived connection was told to go: by close frame, or by the end of its event stream. */
  toldToGoAt = null;
  #isCut = false;

  constructor(socket, isPublic) {
    this.socket = socket;
    this.isPublic = isPublic;
    socket[CONNECTION] = this;
  }

  /** The connection that a socket is part of: TLS wraps the accepted socket, HTTP/2 answers for it by a proxy. */
  static of(socket) {
    return socket?.[CONNECTION] ?? socket?._parent?.[CONNECTION];
  }

  /** Remembers the connection on a session, whose socket cannot be asked any more once it closes. */
  carries(session) {
    this.session = session;
    session[CONNECTION] = this;
  }

  static ofSession(session) {
    return session?.[CONNECTION];
  }

  get isIdle() {
    return this.answers.size === 0 && !this.takenOver;
  }

  closeSoon() {
    if (this.session) this.session.close();
    else this.socket.destroySoon(); // What is written goes out first.
  }

  /** Ends the connection whatever happens on it. True the first time; called again, it does not wait any more. */
  cut() {
    const isFirst = !this.#isCut;
    this.#isCut = true;
    if (isFirst && this.answers.size === 0) this.closeSoon();
    else {
      this.session?.destroy();
      this.socket.destroy();
    }
    return isFirst;
  }
}

/** One answer of the app: a ServerResponse, or an HTTP/2 stream. */
class Answer {
  #isEnded = false;

  constructor(connection, response, server) {
    this.connection = connection;
    this.response = response;
    this.server = server;
    response[ANSWER] = this;
    connection.answers.add(this);
    connection.newestAnswer = this;
    connection.used = true;
  }

  static of(response) {
    return response[ANSWER];
  }

  /** True for server-sent events, whose client connects again by itself when the answer ends. */
  get isEventStream() {
    const sent = this.response.sentHeaders; // HTTP/2
    if (sent) return /^text\/event-stream/i.test(sent['content-type'] ?? '');
    return /^content-type: *text\/event-stream/im.test(this.response._header ?? '');
  }

  /**
   * Ends the answer for the app, which does not know and goes on writing: that must not be an error, as nobody
   * listens for it and it would end the process.
   */
  endForApp() {
    const { response, connection } = this;
    if (this.#isEnded) return;
    this.#isEnded = true;
    response.on('error', () => {});
    response.once('finish', () => connection.session || connection.closeSoon());
    response.end();
    response.write = ignore;
    response.end = ignore;
  }
}

function ignore(...args) {
  const callback = args.pop();
  if (typeof callback === 'function') process.nextTick(callback);
  return true;
}

module.exports = { Connection, Answer };
