package dev.pointsman.packaging;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports for apps. */
final class Ports {
  private Ports() {}

  /** One that nobody has just now; an app's port has to be in its file before it is bound. */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
