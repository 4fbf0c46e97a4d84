package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Becomes another program: the same process with the same children, whose exits it will be told.
 */
public final class Exec {
  private static final int SIG_SETMASK = 2;
  private static final long SIGNAL_SET_SIZE = 128;
  private static final Path OWN_DESCRIPTORS = Path.of("/proc/self/fd");

  private static final CFunction EXECVE =
      CFunction.returningInt("execve", ADDRESS, ADDRESS, ADDRESS);
  private static final CFunction SIGEMPTYSET = CFunction.returningInt("sigemptyset", ADDRESS);
  private static final CFunction PTHREAD_SIGMASK =
      CFunction.returningInt("pthread_sigmask", JAVA_INT, ADDRESS, ADDRESS);

  private Exec() {}

  /**
   * Becomes {@code arguments}, the first of which is the program's absolute path. Nothing of this
   * program runs afterwards: no other thread, no shutdown hook, no finally. Standard descriptors
   * and {@code kept} stay open, all others are closed. Blocked signals are blocked no more, for the
   * JVM blocks some in its threads and the mask is inherited.
   *
   * @param environment {@code NAME=VALUE}, all of it
   * @throws LinuxException where it cannot be begun; this program goes on, with every descriptor
   *     but {@code kept} to be closed on exec
   */
  public static void become(List<String> arguments, List<String> environment, Set<Integer> kept)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocateFrom(arguments.getFirst());
      MemorySegment words = Spawn.strings(arena, arguments);
      MemorySegment variables = Spawn.strings(arena, environment);
      MemorySegment nothing = arena.allocate(SIGNAL_SET_SIZE, 16);
      SIGEMPTYSET.call(nothing);
      PTHREAD_SIGMASK.callForError(SIG_SETMASK, nothing, MemorySegment.NULL);
      markDescriptors(kept);
      EXECVE.call(program, words, variables);
    }
  }

  private static void markDescriptors(Set<Integer> kept) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(OWN_DESCRIPTORS)) {
      for (Path entry : all) {
        int descriptor = Integer.parseInt(entry.getFileName().toString());
        if (descriptor >= Spawn.FIRST_DESCRIPTOR) {
          mark(descriptor, !kept.contains(descriptor));
        }
      }
    }
  }

  private static void mark(int descriptor, boolean close) throws LinuxException {
    try {
      Descriptors.setCloseOnExec(descriptor, close);
    } catch (LinuxException e) {
      if (!e.is(Errno.EBADF)) { // Closed since it was listed.
        throw e;
      }
    }
  }
}
