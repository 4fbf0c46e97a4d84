package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Descriptors;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WantedTest {
  @Test
  void ofTwoQueuesOnOnePortOnlyTheRecordedOneIsIt() throws Exception {
    try (ServerSocketChannel one = sharing(0);
        ServerSocketChannel two = sharing(port(one))) {
      Endpoint endpoint = new Endpoint("127.0.0.1", port(one));
      List<Long> inodes = new ArrayList<>(PortHolders.listeners(port(two)));
      assertThat(inodes).hasSize(2);

      Wanted wanted = new Wanted(endpoint, OptionalLong.of(inodes.get(0)));
      try (SharedSocket it = wanted.check(duplicateOf(inodes.get(0))).orElseThrow()) {
        assertThat(it.inode()).isEqualTo(inodes.get(0));
      }
      assertThat(wanted.check(duplicateOf(inodes.get(1)))).isEmpty();
      assertThat(new Wanted(endpoint, OptionalLong.empty()).check(duplicateOf(inodes.get(0))))
          .isEmpty();
    }
  }

  @Test
  void anotherAddressOnTheSamePortIsNotIt() throws Exception {
    try (SharedSocket two = SharedSocket.bind(new Endpoint("127.0.0.2", 0), 16)) {
      Wanted wanted =
          new Wanted(new Endpoint("127.0.0.1", two.endpoint().port()), OptionalLong.empty());

      assertThat(wanted.mayBe(two.inode())).isTrue();
      assertThat(wanted.check(Descriptors.duplicate(two.descriptor(), 3))).isEmpty();
    }
  }

  @Test
  void aFileIsNotIt() throws Exception {
    Wanted wanted = new Wanted(new Endpoint("127.0.0.1", 9), OptionalLong.empty());

    assertThat(wanted.check(Descriptors.duplicate(0, 3))).isEmpty();
  }

  private static ServerSocketChannel sharing(int port) throws Exception {
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    return channel.bind(new InetSocketAddress("127.0.0.1", port));
  }

  private static int port(ServerSocketChannel channel) throws Exception {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static int duplicateOf(long inode) throws Exception {
    for (Path entry : PortHolders.children(Path.of("/proc/self/fd"), "*")) {
      if (PortHolders.socketInode(entry).equals(OptionalLong.of(inode))) {
        return Descriptors.duplicate(Integer.parseInt(entry.getFileName().toString()), 3);
      }
    }
    throw new AssertionError("no descriptor for socket " + inode);
  }
}
