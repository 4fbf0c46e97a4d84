package dev.pointsman.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.DescriptorPassing;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Sockets;
import dev.pointsman.agent.listen.SharedSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages as a manager gets them; the whole way is tested with the built agent. */
class DescriptorStoreTest {
  @TempDir Path directory;

  @Test
  void sendsTheSocketItselfAndNothingToForgetIt() throws Exception {
    Path path = directory.resolve("notify");
    int manager = Sockets.bindDatagram(path);
    DescriptorStore store = DescriptorStore.of(Map.of("NOTIFY_SOCKET", path.toString()));
    assertThat(store.isPresent()).isTrue();
    try (SharedSocket socket = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16)) {
      store.keep("web_3000", socket.descriptor());
      List<Integer> kept = DescriptorPassing.receive(manager);
      store.forget("web_3000");
      List<Integer> none = DescriptorPassing.receive(manager);

      assertThat(kept).hasSize(1);
      assertThat(Descriptors.target(kept.getFirst())).isEqualTo("socket:[" + socket.inode() + "]");
      assertThat(none).isEmpty();
      Descriptors.close(kept.getFirst());
    } finally {
      Descriptors.close(manager);
    }
  }

  @Test
  void doesNothingWithoutAManager() throws Exception {
    for (String address : List.of("", "@", "/", "vsock:2:1")) {
      DescriptorStore store = DescriptorStore.of(Map.of("NOTIFY_SOCKET", address));
      assertThat(store.isPresent()).as(address).isFalse();
      store.keep("web_3000", 0);
      store.forget("web_3000");
    }
    assertThat(DescriptorStore.of(Map.of()).isPresent()).isFalse();
  }

  @Test
  void saysWhichManagerCannotBeTold() {
    String gone = directory.resolve("gone").toString();

    assertThatThrownBy(() -> DescriptorStore.of(Map.of("NOTIFY_SOCKET", gone)).keep("web_3000", 0))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the service manager at " + gone + " cannot be told: sendmsg");
    assertThatThrownBy(
            () -> DescriptorStore.of(Map.of("NOTIFY_SOCKET", "@nobody-" + gone)).forget("a_1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be told")
        .cause()
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.is(Errno.ECONNREFUSED)).isTrue());
  }

  @Test
  void refusesNamesThatAManagerWouldNotTake() {
    for (String name : List.of("", "a:b", "a b", "a\nb", "x".repeat(256))) {
      assertThatThrownBy(() -> DescriptorStore.none().keep(name, 0))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
