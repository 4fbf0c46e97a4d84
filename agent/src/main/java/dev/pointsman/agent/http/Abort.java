package dev.pointsman.agent.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Closes a connection at once. Vert.x's own {@code close()} first writes what is still to be
 * written, and so never closes the connection of a client that does not read.
 */
final class Abort {
  private Abort() {}

  static void now(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      var _ = base.channel().close(); // It never fails in a way that anybody could mend.
    } else {
      throw new IllegalStateException("not a connection of this Vert.x: " + connection.getClass());
    }
  }
}
