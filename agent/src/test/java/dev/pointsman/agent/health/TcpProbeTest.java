package dev.pointsman.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TcpProbeTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir Path directory;

  @Test
  void aListenerPasses() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 8, LOOPBACK)) {
      ProbeResult result = TcpProbe.connect(server.getLocalSocketAddress(), LONG);
      assertThat(result.passed()).isTrue();
      assertThat(result.answer()).matches("connected in [0-9]+ ms");
    }
  }

  @Test
  void aPortThatNobodyListensOnFails() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 8, LOOPBACK)) {
      port = server.getLocalPort();
    }
    ProbeResult result = TcpProbe.connect(new InetSocketAddress(LOOPBACK, port), LONG);
    assertThat(result.passed()).isFalse();
    assertThat(result.answer()).startsWith("connection failed: ");
  }

  @Test
  void aUnixSocketThatIsNotThereFails() throws Exception {
    ProbeResult result =
        TcpProbe.connect(UnixDomainSocketAddress.of(directory.resolve("app.sock")), LONG);
    assertThat(result.passed()).isFalse();
  }
}
