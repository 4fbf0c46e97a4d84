package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class SharedSocketTest {
  @Test
  void takesConnectionsIntoItsQueueOnThePortTheKernelChose() throws Exception {
    try (SharedSocket socket = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16)) {
      assertThat(socket.endpoint().port()).isPositive();
      assertThat(Descriptors.isCloseOnExec(socket.descriptor())).isTrue();
      assertThat(Descriptors.target(socket.descriptor()))
          .isEqualTo("socket:[" + socket.inode() + "]");
      try (Socket client = new Socket("127.0.0.1", socket.endpoint().port())) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  @Test
  void listensOnIpv6AndItsWildcardTakesIpv4Too() throws Exception {
    try (SharedSocket six = SharedSocket.bind(new Endpoint("::1", 0), 16);
        SharedSocket any = SharedSocket.bind(new Endpoint("::", 0), 16)) {
      assertThat(six.endpoint()).hasToString("[::1]:" + six.endpoint().port());
      new Socket("::1", six.endpoint().port()).close();
      new Socket("::1", any.endpoint().port()).close();
      new Socket("127.0.0.1", any.endpoint().port()).close();
    }
  }

  @Test
  void saysWhoHoldsAnAddressThatIsInUse() throws Exception {
    try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Endpoint taken = new Endpoint("127.0.0.1", holder.getLocalPort());

      assertThatThrownBy(() -> SharedSocket.bind(taken, 16))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot listen on %s: bind: Address already in use (EADDRINUSE); held by process %d"
                      .formatted(taken, ProcessHandle.current().pid())
                  + " (java). Stop that, or configure another port");
    }
  }

  @Test
  void namesAHostThatIsNotKnown() {
    assertThatThrownBy(() -> SharedSocket.bind(new Endpoint("::zz", 80), 16))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on [::zz]:80: the host name is not known here");
  }

  @Test
  void isNotThisHostsAddress() {
    assertThatThrownBy(() -> SharedSocket.bind(new Endpoint("192.0.2.1", 0), 16))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Cannot assign requested address (EADDRNOTAVAIL)");
  }

  @Test
  void canBeBoundAgainAfterItWasClosedTwice() throws Exception {
    SharedSocket first = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16);
    first.close();
    first.close();

    try (SharedSocket again = SharedSocket.bind(first.endpoint(), 16)) {
      assertThat(again.endpoint()).isEqualTo(first.endpoint());
      assertThat(again.inode()).isNotEqualTo(first.inode());
    }
  }

  @Test
  void refusesADescriptorThatIsNoSocketAndClosesIt() throws Exception {
    int eventless = Descriptors.duplicate(0, 3);

    assertThatThrownBy(() -> SharedSocket.holding(eventless, "127.0.0.1"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Sockets.isListening(eventless)).hasMessageContaining("EBADF");
  }
}
