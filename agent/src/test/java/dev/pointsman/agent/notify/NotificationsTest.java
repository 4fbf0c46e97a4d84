package dev.pointsman.agent.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.linux.Datagrams.Datagram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets, and senders that are programs of their own. */
@Timeout(60)
final class NotificationsTest {
  @TempDir Path directory;

  private final BlockingQueue<Datagram> heard = new LinkedBlockingQueue<>();

  private NotifySocket bind(String name) throws IOException {
    return NotifySocket.bind(directory.resolve(name), Optional.empty());
  }

  private Datagram next() throws InterruptedException {
    Datagram datagram = heard.poll(30, TimeUnit.SECONDS);
    assertThat(datagram).as("a datagram within 30 s").isNotNull();
    return datagram;
  }

  /** Sends with python3, which ends when {@code script} does; returns its pid. */
  private static long send(Path socket, String script) throws Exception {
    Process process =
        new ProcessBuilder(
                "python3",
                "-c",
                "import socket, os, sys, array\n"
                    + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                    + "s.connect(sys.argv[1])\n"
                    + script,
                socket.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit code of the sender: %s", output).isZero();
    return process.pid();
  }

  @Test
  void tellsWhatWasSentAndByWhom() throws Exception {
    try (Notifications notifications = Notifications.start();
        NotifySocket socket = bind("a.notify");
        Notifications.Watch _ = notifications.watch(socket, heard::add)) {
      long sender = send(socket.path(), "s.send(b'READY=1\\nSTATUS=up')");
      Datagram datagram = next();
      assertThat(datagram.text()).isEqualTo("READY=1\nSTATUS=up");
      assertThat(datagram.pid()).isEqualTo((int) sender);
      assertThat(datagram.uid()).isEqualTo(Files.getAttribute(directory, "unix:uid"));
    }
  }

  /** As systemd-notify does: it waits until the descriptor that it sent is closed by us. */
  @Test
  void closesDescriptorsThatAreSentAlong() throws Exception {
    try (Notifications notifications = Notifications.start();
        NotifySocket socket = bind("a.notify");
        Notifications.Watch _ = notifications.watch(socket, heard::add)) {
      send(
          socket.path(),
          """
          r, w = os.pipe()
          fds = array.array('i', [w, w, w])
          s.sendmsg([b'BARRIER=1'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
          os.close(w)
          assert os.read(r, 1) == b''
          """);
      assertThat(next().text()).isEqualTo("BARRIER=1");
    }
  }

  @Test
  void ignoresWhatIsEmptyOrTooLong() throws Exception {
    try (Notifications notifications = Notifications.start();
        NotifySocket socket = bind("a.notify");
        Notifications.Watch _ = notifications.watch(socket, heard::add)) {
      send(socket.path(), "s.send(b''); s.send(b'STATUS=' + b'x' * 5000); s.send(b'READY=1')");
      assertThat(next().text()).isEqualTo("READY=1");
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void goesOnWhereOneListenerIsBroken() throws Exception {
    try (Notifications notifications = Notifications.start();
        NotifySocket broken = bind("a.notify");
        NotifySocket good = bind("b.notify");
        Notifications.Watch _ =
            notifications.watch(
                broken,
                _ -> {
                  throw new IllegalStateException("planted");
                });
        Notifications.Watch _ = notifications.watch(good, heard::add)) {
      send(broken.path(), "s.send(b'READY=1')");
      send(good.path(), "s.send(b'READY=1')");
      assertThat(next().text()).isEqualTo("READY=1");
    }
  }

  /** The one that floods waits; the other is heard while it does. */
  @Test
  void aFloodOfOneDoesNotDrownTheOthers() throws Exception {
    BlockingQueue<Datagram> flood = new LinkedBlockingQueue<>();
    int all = 2 * Notifications.MOST_IN_A_SPAN;
    try (Notifications notifications = Notifications.start();
        NotifySocket loud = bind("a.notify");
        NotifySocket quiet = bind("b.notify");
        Notifications.Watch _ = notifications.watch(loud, flood::add);
        Notifications.Watch _ = notifications.watch(quiet, heard::add)) {
      long start = System.nanoTime();
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  send(loud.path(), "for i in range(" + all + "): s.send(b'WATCHDOG=1')");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      send(quiet.path(), "s.send(b'READY=1')");
      assertThat(next().text()).isEqualTo("READY=1");
      for (int i = 0; i < all; i++) {
        assertThat(flood.poll(30, TimeUnit.SECONDS)).as("datagram %s", i).isNotNull();
      }
      assertThat(System.nanoTime() - start)
          .as("the second hundred comes a second after the first")
          .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
      sender.join();
    }
  }

  @Test
  void isHeardAgainOnceBoundAnewAtItsPath() throws Exception {
    Path path = directory.resolve("a.notify");
    try (NotifySocket first = NotifySocket.bind(path, Optional.empty())) {
      assertThat(first.path()).isEqualTo(path);
    }
    assertThat(path).exists();
    try (Notifications notifications = Notifications.start();
        NotifySocket again = NotifySocket.bind(path, Optional.empty());
        Notifications.Watch _ = notifications.watch(again, heard::add)) {
      send(path, "s.send(b'WATCHDOG=1')");
      assertThat(next().text()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void nobodyElseMayWriteToIt() throws Exception {
    try (NotifySocket socket = bind("a.notify")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.path())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aPathThatIsTooLongIsSaidInWords() {
    Path path = directory.resolve("x".repeat(108));
    assertThatThrownBy(() -> NotifySocket.bind(path, Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("too long");
  }

  @Test
  void leavesNoDescriptorBehind() throws Exception {
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      try (Notifications notifications = Notifications.start();
          NotifySocket one = bind("a.notify");
          NotifySocket two = bind("b.notify");
          Notifications.Watch _ = notifications.watch(one, heard::add)) {
        assertThat(List.of(one, two)).doesNotContainNull();
      }
    }
    assertThat(descriptors()).isLessThan(before + 10);
  }

  private static long descriptors() throws IOException {
    try (var entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }
}
