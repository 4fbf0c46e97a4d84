package dev.pointsman.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorsTest {
  @TempDir Path directory;

  @Test
  void duplicatesAboveABoundAndClosesOnExec() throws Exception {
    int opened = Descriptors.open(directory, 0);
    int duplicate = Descriptors.duplicate(opened, 500);

    assertThat(duplicate).isGreaterThanOrEqualTo(500);
    assertThat(Descriptors.target(duplicate)).isEqualTo(directory.toRealPath().toString());
    assertThat(Descriptors.isCloseOnExec(duplicate)).isTrue();
    Descriptors.setCloseOnExec(duplicate, false);
    assertThat(Descriptors.isCloseOnExec(duplicate)).isFalse();
    Descriptors.setCloseOnExec(duplicate, true);
    assertThat(Descriptors.isCloseOnExec(duplicate)).isTrue();

    Descriptors.close(duplicate);
    assertThatThrownBy(() -> Descriptors.close(duplicate))
        .isInstanceOf(LinuxException.class)
        .hasMessage("close: Bad file descriptor (EBADF)");
    Descriptors.close(opened);
  }

  @Test
  void passesDescriptorsBetweenSockets() throws Exception {
    Path path = directory.resolve("mailbox");
    int mailbox = Sockets.bindDatagram(path);
    assertThatThrownBy(() -> DescriptorPassing.receive(mailbox)).hasMessageContaining("EAGAIN");
    int sent = Descriptors.open(directory, 0);

    DescriptorPassing.send(path, sent);

    assertThat(Poll.isReadable(mailbox, 10_000)).isTrue();
    List<Integer> received = DescriptorPassing.receive(mailbox);
    assertThat(received).hasSize(1).doesNotContain(sent);
    assertThat(Descriptors.target(received.getFirst())).isEqualTo(Descriptors.target(sent));
    assertThat(Descriptors.isCloseOnExec(received.getFirst())).isTrue();
    Descriptors.close(received.getFirst());
    Descriptors.close(sent);
    Descriptors.close(mailbox);
    assertThatThrownBy(() -> DescriptorPassing.send(path, 0)).hasMessageContaining("ECONNREFUSED");
    Files.delete(path);
    assertThatThrownBy(() -> DescriptorPassing.send(path, 0)).hasMessageContaining("ENOENT");
  }

  @Test
  void aWakeupEndsAWaitUntilItIsCleared() throws Exception {
    Wakeup wakeup = new Wakeup();
    assertThat(Poll.isReadable(wakeup.descriptor(), 0)).isFalse();

    Thread.ofVirtual().start(() -> wake(wakeup));
    assertThat(Poll.isReadable(wakeup.descriptor(), 30_000)).isTrue();
    wakeup.wake();
    wakeup.clear();
    assertThat(Poll.isReadable(wakeup.descriptor(), 0)).isFalse();
    wakeup.clear();

    wakeup.close();
    wakeup.close();
    wakeup.wake();
  }

  @Test
  void aWaitTellsWhichDescriptorsAreReady() throws Exception {
    try (Wakeup quiet = new Wakeup();
        Wakeup loud = new Wakeup()) {
      loud.wake();

      assertThat(
              Poll.await(
                  List.of(
                      new Poll.Interest(quiet.descriptor(), Poll.IN),
                      new Poll.Interest(loud.descriptor(), Poll.IN),
                      new Poll.Interest(loud.descriptor(), 0)),
                  30_000))
          .containsExactly(0, Poll.IN, 0);
    }
  }

  @Test
  void aFunctionTheLibraryLacksIsNamedWithWhatToDo() {
    CFunction missing = CFunction.returningInt("no_such_function");

    assertThatThrownBy(missing::call)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageContaining("no_such_function")
        .hasMessageContaining("glibc 2.34");
  }

  @Test
  void anUnknownErrnoKeepsItsNumber() {
    assertThat(new LinuxException("ioctl", 4095)).hasMessage("ioctl: error number 4095");
  }

  private static void wake(Wakeup wakeup) {
    try {
      wakeup.wake();
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }
}
