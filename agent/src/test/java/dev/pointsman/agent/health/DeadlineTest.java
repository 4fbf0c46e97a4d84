package dev.pointsman.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DeadlineTest {
  private static final int MANY = 500;

  private final InetSocketAddress anywhere = new InetSocketAddress("127.0.0.1", 1);

  @Test
  void whatIsOverBeforeItsTimeIsLeftOpenAndForgottenAtOnce() throws Exception {
    int before = Deadline.waiting();
    try (SocketChannel channel = Deadline.open(anywhere)) {
      for (int i = 0; i < MANY; i++) {
        Deadline.closing(channel, Duration.ofHours(1)).close();
      }
      assertThat(Deadline.waiting()).isLessThan(before + MANY);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void oneThreadClosesAllWhoseTimeHasCome() throws Exception {
    List<SocketChannel> channels = new ArrayList<>();
    List<Deadline> deadlines = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        channels.add(Deadline.open(anywhere));
        deadlines.add(Deadline.closing(channels.getLast(), Duration.ofMillis(20 - i)));
      }
      while (channels.stream().anyMatch(SocketChannel::isOpen)) { // @Timeout is the deadline.
        Thread.onSpinWait();
      }
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("probe-deadlines"))
              .count();
      assertThat(threads).isEqualTo(1);
    } finally {
      deadlines.forEach(Deadline::close);
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }
}
