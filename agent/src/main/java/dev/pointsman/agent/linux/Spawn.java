package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a process with {@code posix_spawn}: in a session of its own, no signal blocked or ignored,
 * with exactly the descriptors it is meant to have, and never with more rights than it is started
 * with: setuid programs give it none ({@code no_new_privs}).
 *
 * <p>The JVM blocks signals in its threads and leaves descriptors open that a worker would keep
 * after the agent's death; both are undone here.
 */
public final class Spawn {
  /** The first descriptor after the standard ones. */
  public static final int FIRST_DESCRIPTOR = 3;

  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY_CREAT_APPEND = 0x1 | 0x40 | 0x400;
  private static final int LOG_MODE = 0640;
  private static final short SETSIGDEF_SETSIGMASK_SETSID = 0x04 | 0x08 | 0x80;

  // The library's structs are opaque: 80, 336 and 128 bytes on 64 bit; there is room to spare.
  private static final long ACTIONS_SIZE = 256;
  private static final long ATTRIBUTES_SIZE = 1024;
  private static final long SIGNAL_SET_SIZE = 128;
  private static final long ALIGNMENT = 16;

  private static final CFunction POSIX_SPAWN =
      CFunction.returningInt("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final CFunction PRCTL =
      CFunction.returningInt("prctl", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG)
          .variadicAfter(1);
  private static final CFunction ACTIONS_INIT = spawnFunction("file_actions_init", ADDRESS);
  private static final CFunction ACTIONS_DESTROY = spawnFunction("file_actions_destroy", ADDRESS);
  private static final CFunction ADD_OPEN =
      spawnFunction("file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final CFunction ADD_DUP2 =
      spawnFunction("file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final CFunction ADD_CLOSE_FROM =
      spawnFunction("file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final CFunction ADD_CHDIR =
      spawnFunction("file_actions_addchdir_np", ADDRESS, ADDRESS);
  private static final CFunction ATTRIBUTES_INIT = spawnFunction("attr_init", ADDRESS);
  private static final CFunction ATTRIBUTES_DESTROY = spawnFunction("attr_destroy", ADDRESS);
  private static final CFunction SET_FLAGS = spawnFunction("attr_setflags", ADDRESS, JAVA_SHORT);
  private static final CFunction SET_SIGNAL_MASK =
      spawnFunction("attr_setsigmask", ADDRESS, ADDRESS);
  private static final CFunction SET_SIGNAL_DEFAULT =
      spawnFunction("attr_setsigdefault", ADDRESS, ADDRESS);
  private static final CFunction SIGNAL_SET_EMPTY = CFunction.returningInt("sigemptyset", ADDRESS);
  private static final CFunction SIGNAL_SET_FILL = CFunction.returningInt("sigfillset", ADDRESS);

  private Spawn() {}

  /**
   * What to start.
   *
   * @param arguments the program's absolute path and its arguments
   * @param environment {@code NAME=VALUE}, all of it
   * @param log where stdout and stderr are appended; stdin is empty
   * @param descriptors become 3, 4, ... in this order; the caller keeps its own
   */
  public record Request(
      List<String> arguments,
      List<String> environment,
      Path workingDirectory,
      Path log,
      List<Integer> descriptors) {
    public Request {
      arguments = List.copyOf(arguments);
      environment = List.copyOf(environment);
      descriptors = List.copyOf(descriptors);
    }
  }

  /** Starts it and returns its pid. Nothing is left behind when this fails. */
  public static int start(Request request) throws LinuxException {
    List<Integer> lifted = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      // First out of the range of targets, so that no dup2 overwrites a source, and none is a
      // dup2 of a descriptor on to itself, which would keep its close-on-exec flag.
      int end = FIRST_DESCRIPTOR + request.descriptors().size();
      for (int descriptor : request.descriptors()) {
        lifted.add(Descriptors.duplicate(descriptor, end));
      }
      return start(arena, request, lifted);
    } finally {
      for (int descriptor : lifted) {
        Descriptors.close(descriptor);
      }
    }
  }

  private static int start(Arena arena, Request request, List<Integer> lifted)
      throws LinuxException {
    MemorySegment actions = arena.allocate(ACTIONS_SIZE, ALIGNMENT);
    MemorySegment attributes = arena.allocate(ATTRIBUTES_SIZE, ALIGNMENT);
    MemorySegment pid = arena.allocate(JAVA_INT);
    ACTIONS_INIT.callForError(actions);
    try {
      ATTRIBUTES_INIT.callForError(attributes);
      try {
        describeFiles(arena, actions, request, lifted);
        describeSignals(arena, attributes);
        PRCTL.call(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L); // Of this thread, and so of the child.
        POSIX_SPAWN.callForError(
            pid,
            arena.allocateFrom(request.arguments().getFirst()),
            actions,
            attributes,
            strings(arena, request.arguments()),
            strings(arena, request.environment()));
        return pid.get(JAVA_INT, 0);
      } finally {
        ATTRIBUTES_DESTROY.callForError(attributes);
      }
    } finally {
      ACTIONS_DESTROY.callForError(actions);
    }
  }

  private static void describeFiles(
      Arena arena, MemorySegment actions, Request request, List<Integer> lifted)
      throws LinuxException {
    MemorySegment log = arena.allocateFrom(request.log().toString());
    ADD_OPEN.callForError(actions, 0, arena.allocateFrom("/dev/null"), O_RDONLY, 0);
    ADD_OPEN.callForError(actions, 1, log, O_WRONLY_CREAT_APPEND, LOG_MODE);
    ADD_DUP2.callForError(actions, 1, 2);
    int target = FIRST_DESCRIPTOR;
    for (int descriptor : lifted) {
      ADD_DUP2.callForError(actions, descriptor, target++);
    }
    ADD_CLOSE_FROM.callForError(actions, target);
    ADD_CHDIR.callForError(actions, arena.allocateFrom(request.workingDirectory().toString()));
  }

  private static void describeSignals(Arena arena, MemorySegment attributes) throws LinuxException {
    MemorySegment none = arena.allocate(SIGNAL_SET_SIZE, ALIGNMENT);
    MemorySegment all = arena.allocate(SIGNAL_SET_SIZE, ALIGNMENT);
    SIGNAL_SET_EMPTY.call(none);
    SIGNAL_SET_FILL.call(all);
    SET_FLAGS.callForError(attributes, SETSIGDEF_SETSIGMASK_SETSID);
    SET_SIGNAL_MASK.callForError(attributes, none);
    SET_SIGNAL_DEFAULT.callForError(attributes, all);
  }

  /** A {@code char*[]} that ends with NULL. */
  static MemorySegment strings(Arena arena, List<String> values) {
    MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L);
    for (int i = 0; i < values.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
    }
    return array;
  }

  private static CFunction spawnFunction(String name, MemoryLayout... parameters) {
    String prefix = name.startsWith("attr_") ? "posix_spawn" : "posix_spawn_";
    return CFunction.returningInt(prefix + name, parameters);
  }
}
