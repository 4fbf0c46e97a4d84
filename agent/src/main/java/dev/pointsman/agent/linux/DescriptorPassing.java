package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Descriptors sent from process to process over a unix datagram socket ({@code SCM_RIGHTS}). */
public final class DescriptorPassing {
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SCM_CREDENTIALS = 2;
  private static final int MSG_CTRUNC = 0x8;
  private static final int MSG_TRUNC = 0x20;

  // struct msghdr, struct iovec and struct cmsghdr, 64 bit.
  private static final long MESSAGE_SIZE = 56;
  private static final long MESSAGE_NAME = 0;
  private static final long MESSAGE_NAME_SIZE = 8;
  private static final long MESSAGE_VECTORS = 16;
  private static final long MESSAGE_VECTOR_COUNT = 24;
  private static final long MESSAGE_CONTROL = 32;
  private static final long MESSAGE_CONTROL_SIZE = 40;
  private static final long MESSAGE_FLAGS = 48;
  private static final long VECTOR_SIZE = 16;
  private static final long CONTROL_LEVEL = 8;
  private static final long CONTROL_TYPE = 12;
  private static final long CONTROL_DATA = 16;
  private static final long CONTROL_ROOM = 512;
  private static final long DATA_ROOM = 256;

  private static final CFunction SENDMSG =
      CFunction.returning(JAVA_LONG, "sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final CFunction RECVMSG =
      CFunction.returning(JAVA_LONG, "recvmsg", JAVA_INT, ADDRESS, JAVA_INT);

  private DescriptorPassing() {}

  /** Sends {@code descriptor} to whoever reads the datagram socket at {@code path}. */
  public static void send(Path path, int descriptor) throws LinuxException {
    send(path.toString(), "fd", List.of(descriptor));
  }

  /**
   * Sends {@code text}, and {@code descriptors} with it, to whoever reads the datagram socket at
   * {@code address}: a path, or {@code @NAME}.
   */
  public static void send(String address, String text, List<Integer> descriptors)
      throws LinuxException {
    int socket = Sockets.openDatagram();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = SocketAddresses.encodeUnix(arena, address);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemorySegment data = arena.allocate(Math.max(1, bytes.length));
      data.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
      MemorySegment message =
          message(arena, data.asSlice(0, bytes.length), control(arena, descriptors));
      message.set(ADDRESS, MESSAGE_NAME, to);
      message.set(JAVA_INT, MESSAGE_NAME_SIZE, (int) to.byteSize());
      SENDMSG.call(socket, message, MSG_NOSIGNAL);
    } finally {
      Descriptors.close(socket);
    }
  }

  /** Room of size 0 where there is nothing to pass. */
  private static MemorySegment control(Arena arena, List<Integer> descriptors) {
    if (descriptors.isEmpty()) {
      return MemorySegment.NULL;
    }
    long size = CONTROL_DATA + (long) descriptors.size() * Integer.BYTES;
    MemorySegment control =
        arena.allocate((size + Long.BYTES - 1) / Long.BYTES * Long.BYTES, Long.BYTES);
    control.set(JAVA_LONG, 0, size);
    control.set(JAVA_INT, CONTROL_LEVEL, SOL_SOCKET);
    control.set(JAVA_INT, CONTROL_TYPE, SCM_RIGHTS);
    for (int i = 0; i < descriptors.size(); i++) {
      control.set(JAVA_INT, CONTROL_DATA + (long) i * Integer.BYTES, descriptors.get(i));
    }
    return control;
  }

  /**
   * Takes one datagram off {@code socket} without waiting and returns the descriptors that came
   * with it, now the caller's and closed on exec. EAGAIN where there is none.
   */
  public static List<Integer> receive(int socket) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return descriptors(receive(arena, socket, arena.allocate(DATA_ROOM)).control());
    }
  }

  /**
   * What came, beside the data itself.
   *
   * @param bytes of the data
   * @param cut whether there was no room for all of it
   */
  record Received(long bytes, boolean cut, MemorySegment control) {}

  /** Takes one datagram into {@code data}, without waiting; EAGAIN where there is none. */
  static Received receive(Arena arena, int socket, MemorySegment data) throws LinuxException {
    MemorySegment control = arena.allocate(CONTROL_ROOM, Long.BYTES);
    MemorySegment message = message(arena, data, control);
    long bytes = RECVMSG.call(socket, message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    return new Received(
        bytes,
        (message.get(JAVA_INT, MESSAGE_FLAGS) & (MSG_TRUNC | MSG_CTRUNC)) != 0,
        control.asSlice(0, message.get(JAVA_LONG, MESSAGE_CONTROL_SIZE)));
  }

  /** The sender as the kernel knows it: pid, uid, gid. Only where the socket asks for it. */
  static Optional<MemorySegment> credentials(MemorySegment control) {
    return parts(control, SCM_CREDENTIALS).stream().findFirst();
  }

  /** The descriptors that came with it, now ours. */
  static List<Integer> descriptors(MemorySegment control) {
    List<Integer> found = new ArrayList<>();
    for (MemorySegment part : parts(control, SCM_RIGHTS)) {
      for (long at = 0; at + Integer.BYTES <= part.byteSize(); at += Integer.BYTES) {
        found.add(part.get(JAVA_INT, at));
      }
    }
    return found;
  }

  private static List<MemorySegment> parts(MemorySegment control, int type) {
    List<MemorySegment> found = new ArrayList<>();
    long header = 0;
    while (header + CONTROL_DATA <= control.byteSize()) {
      long size = control.get(JAVA_LONG, header);
      if (size < CONTROL_DATA || header + size > control.byteSize()) {
        break;
      }
      if (control.get(JAVA_INT, header + CONTROL_LEVEL) == SOL_SOCKET
          && control.get(JAVA_INT, header + CONTROL_TYPE) == type) {
        found.add(control.asSlice(header + CONTROL_DATA, size - CONTROL_DATA));
      }
      header += (size + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }
    return found;
  }

  private static MemorySegment message(Arena arena, MemorySegment data, MemorySegment control) {
    MemorySegment vector = arena.allocate(VECTOR_SIZE, Long.BYTES);
    vector.set(ADDRESS, 0, data);
    vector.set(JAVA_LONG, Long.BYTES, data.byteSize());
    MemorySegment message = arena.allocate(MESSAGE_SIZE, Long.BYTES);
    message.set(ADDRESS, MESSAGE_VECTORS, vector);
    message.set(JAVA_LONG, MESSAGE_VECTOR_COUNT, 1);
    message.set(ADDRESS, MESSAGE_CONTROL, control);
    message.set(JAVA_LONG, MESSAGE_CONTROL_SIZE, control.byteSize());
    return message;
  }
}
