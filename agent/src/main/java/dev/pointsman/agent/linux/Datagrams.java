package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Datagrams of a unix socket with their sender's credentials, which the kernel vouches for ({@code
 * SCM_CREDENTIALS}).
 */
public final class Datagrams {
  private static final int CREDENTIALS_UID = 4;

  private Datagrams() {}

  /**
   * One datagram.
   *
   * @param text what was sent, as UTF-8, as far as there was room
   * @param cut whether there was more, of the text or of what came with it
   * @param pid the sender's; 0 where it is in another pid namespace
   * @param uid the sender's
   */
  public record Datagram(String text, boolean cut, int pid, int uid) {}

  /**
   * Takes one datagram of at most {@code room} bytes off {@code socket}, without waiting; empty
   * where there is none. Descriptors that come with it are closed before this returns: a sender may
   * wait for that.
   */
  public static Optional<Datagram> receive(int socket, int room) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(room);
      DescriptorPassing.Received received = DescriptorPassing.receive(arena, socket, data);
      LinuxException failure = null;
      for (int descriptor : DescriptorPassing.descriptors(received.control())) {
        try {
          Descriptors.close(descriptor);
        } catch (LinuxException e) {
          failure = e; // The others are closed first.
        }
      }
      if (failure != null) {
        throw failure;
      }
      return Optional.of(datagram(data.asSlice(0, received.bytes()), received));
    } catch (LinuxException e) {
      if (e.is(Errno.EAGAIN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Datagram datagram(MemorySegment text, DescriptorPassing.Received received) {
    Optional<MemorySegment> credentials = DescriptorPassing.credentials(received.control());
    return new Datagram(
        new String(text.toArray(JAVA_BYTE), UTF_8),
        received.cut(),
        credentials.map(it -> it.get(JAVA_INT, 0)).orElse(0),
        credentials.map(it -> it.get(JAVA_INT, CREDENTIALS_UID)).orElse(-1));
  }
}
