package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Users as the host knows them, wherever they are kept. May block where that is a network. */
public final class Users {
  // struct passwd, 64 bit: name, password, uid, gid, ...
  private static final long PASSWD_SIZE = 64;
  private static final long PASSWD_UID = 16;
  private static final long PASSWD_GID = 20;
  private static final long SMALLEST_BUFFER = 4 << 10;
  private static final long LARGEST_BUFFER = 1 << 20;

  private static final CFunction GETPWNAM_R =
      CFunction.returningInt("getpwnam_r", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final CFunction GETEUID = CFunction.returningInt("geteuid");

  private Users() {}

  /** A user's numbers; the group is the primary one. */
  public record User(int uid, int gid) {}

  /** The user of this name, if there is one. */
  public static Optional<User> find(String name) throws LinuxException {
    for (long room = SMALLEST_BUFFER; ; room *= 4) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment passwd = arena.allocate(PASSWD_SIZE, Long.BYTES);
        MemorySegment result = arena.allocate(ADDRESS);
        GETPWNAM_R.callForError(
            arena.allocateFrom(name), passwd, arena.allocate(room), room, result);
        return result.get(ADDRESS, 0).address() == 0
            ? Optional.empty()
            : Optional.of(
                new User(passwd.get(JAVA_INT, PASSWD_UID), passwd.get(JAVA_INT, PASSWD_GID)));
      } catch (LinuxException e) {
        if (e.is(Errno.ENOENT) || e.is(Errno.ESRCH)) { // Said by some sources of users.
          return Optional.empty();
        }
        if (!e.is(Errno.ERANGE) || room >= LARGEST_BUFFER) {
          throw e;
        }
      }
    }
  }

  /** The user whose rights this process has. */
  public static int effectiveUid() throws LinuxException {
    return (int) GETEUID.call();
  }
}
