package dev.pointsman.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketsTest {
  @TempDir Path directory;

  @Test
  void tellsItsAddressAndThatItListens() throws Exception {
    for (String host : List.of("127.0.0.1", "::1", "0.0.0.0", "::")) {
      int socket = Sockets.listen(new InetSocketAddress(host, 0), 5);
      InetSocketAddress local = Sockets.localAddress(socket);

      assertThat(local.getAddress()).isEqualTo(new InetSocketAddress(host, 0).getAddress());
      assertThat(local.getPort()).isBetween(1, 65535);
      assertThat(Sockets.isListening(socket)).isTrue();
      assertThat(Sockets.sharesItsPort(socket)).isFalse();
      assertThat(Descriptors.isCloseOnExec(socket)).isTrue();
      new Socket(host.contains(":") ? "::1" : "127.0.0.1", local.getPort()).close();
      Descriptors.close(socket);
    }
  }

  @Test
  void keepsTheErrnoAndTheCallOfAFailure() throws Exception {
    int socket = Sockets.listen(new InetSocketAddress("127.0.0.1", 0), 5);
    InetSocketAddress taken = Sockets.localAddress(socket);

    LinuxException failure =
        catchThrowableOfType(LinuxException.class, () -> Sockets.listen(taken, 5));

    assertThat(failure).hasMessage("bind: Address already in use (EADDRINUSE)");
    assertThat(failure.call()).isEqualTo("bind");
    assertThat(failure.number()).isEqualTo(98);
    assertThat(failure.is(Errno.EADDRINUSE)).isTrue();
    assertThat(failure.is(Errno.EACCES)).isFalse();
    Descriptors.close(socket);
  }

  @Test
  void aDatagramSocketHasNoTcpAddress() throws Exception {
    int socket = Sockets.bindDatagram(directory.resolve("s"));

    assertThatThrownBy(() -> Sockets.localAddress(socket)).hasMessageContaining("EAFNOSUPPORT");
    assertThat(Sockets.isListening(socket)).isFalse();
    assertThatThrownBy(() -> Sockets.bindDatagram(directory.resolve("s")))
        .hasMessageContaining("EADDRINUSE");
    Descriptors.close(socket);
  }

  @Test
  void aPathThatDoesNotFitIsRefusedWithoutACall() {
    Path path = directory.resolve("n".repeat(108));

    assertThatThrownBy(() -> Sockets.bindDatagram(path))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining(path + ": File name too long (ENAMETOOLONG)");
  }
}
