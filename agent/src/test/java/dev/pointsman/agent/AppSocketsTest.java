package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostFacts;
import dev.pointsman.agent.linux.Datagrams;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Sockets;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.systemd.DescriptorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service manager is told of an app's sockets. */
final class AppSocketsTest {
  private static final int ROOM = 1024;

  @TempDir Path temp;
  private int manager;

  @BeforeEach
  void listen() throws Exception {
    manager = Sockets.bindDatagram(temp.resolve("notify"));
  }

  @AfterEach
  void close() throws Exception {
    Descriptors.close(manager);
  }

  private AppConfig config() throws Exception {
    Files.createDirectories(temp.resolve("apps.d"));
    Files.writeString(temp.resolve("allowed_signers"), "");
    Files.writeString(temp.resolve("agent.toml"), "");
    Files.writeString(
        temp.resolve("apps.d/web.toml"),
        "listen = [\"127.0.0.1:3000\", \"127.0.0.1:3001\"]\n[trust]\nrequire = [\"1 of ci@web\"]\n");
    return ConfigReader.read(temp.resolve("agent.toml"), new HostFacts("web-1", "linux/amd64"))
        .apps()
        .getFirst();
  }

  private AppSockets sockets(Path address) throws Exception {
    DescriptorStore store = DescriptorStore.of(Map.of("NOTIFY_SOCKET", address.toString()));
    return new AppSockets(config(), new SocketStore(store, InheritedSockets.none()));
  }

  private List<String> told() throws Exception {
    List<String> all = new ArrayList<>();
    Optional<Datagrams.Datagram> next = Datagrams.receive(manager, ROOM);
    while (next.isPresent()) {
      all.add(next.get().text());
      next = Datagrams.receive(manager, ROOM);
    }
    return all;
  }

  @Test
  void whatIsGivenUpIsKeptForNobody() throws Exception {
    sockets(temp.resolve("notify")).giveUp();

    assertThat(told())
        .containsExactly("FDSTOREREMOVE=1\nFDNAME=web_3000", "FDSTOREREMOVE=1\nFDNAME=web_3001");
  }

  @Test
  void whatIsOnlyClosedIsKeptForTheNextAgent() throws Exception {
    sockets(temp.resolve("notify")).close();

    assertThat(told()).isEmpty();
  }

  @Test
  void aManagerThatDoesNotListenKeepsNoAppFromBeingGivenUp() throws Exception {
    AppSockets sockets = sockets(temp.resolve("gone"));

    sockets.giveUp();

    assertThat(sockets.held()).isEmpty();
  }
}
