package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One function of the C library, linked at its first call; any thread may call it.
 *
 * <p>Linking costs milliseconds, so a command that never spawns does not link {@code posix_spawn}.
 * Errno is captured inside the call: the JVM may overwrite it before Java could ask.
 */
final class CFunction {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  private final String name;
  private final FunctionDescriptor descriptor;
  private final List<Linker.Option> options;
  private volatile @Nullable MethodHandle handle;

  private CFunction(String name, FunctionDescriptor descriptor, List<Linker.Option> options) {
    this.name = name;
    this.descriptor = descriptor;
    this.options = options;
  }

  /** A function that returns {@code int}. */
  static CFunction returningInt(String name, MemoryLayout... parameters) {
    return returning(JAVA_INT, name, parameters);
  }

  /** A function with another result. */
  static CFunction returning(MemoryLayout result, String name, MemoryLayout... parameters) {
    return new CFunction(
        name,
        FunctionDescriptor.of(result, parameters),
        List.of(Linker.Option.captureCallState("errno")));
  }

  /** The same function, whose parameters from index {@code fixed} on stand for {@code ...} in C. */
  CFunction variadicAfter(int fixed) {
    List<Linker.Option> more = new ArrayList<>(options);
    more.add(Linker.Option.firstVariadicArg(fixed));
    return new CFunction(name, descriptor, List.copyOf(more));
  }

  /** Calls until it is not interrupted by a signal; a result of -1 is thrown with its errno. */
  long call(Object... arguments) throws LinuxException {
    while (true) {
      try {
        return callOnce(arguments);
      } catch (LinuxException e) {
        if (!e.is(Errno.EINTR)) {
          throw e;
        }
      }
    }
  }

  /** Calls once: for what must not be repeated after EINTR ({@code close}, {@code poll}). */
  long callOnce(Object... arguments) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = invoke(state, arguments);
      if (result == -1) {
        throw new LinuxException(name, (int) ERRNO.get(state, 0L));
      }
      return result;
    }
  }

  /** Calls a function that returns the error number itself, as the {@code posix_spawn} family. */
  void callForError(Object... arguments) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long error = invoke(arena.allocate(STATE), arguments);
      if (error != 0) {
        throw new LinuxException(name, (int) error);
      }
    }
  }

  private long invoke(MemorySegment state, Object... arguments) {
    try {
      return (long) linked().invokeExact(state, arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calling " + name + " through the foreign linker failed", e);
    }
  }

  private MethodHandle linked() {
    MethodHandle known = handle;
    if (known == null) {
      known = link();
      handle = known; // Two threads may link at once; both handles are good.
    }
    return known;
  }

  @SuppressWarnings("restricted")
  private MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    MemorySegment symbol =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(() ->
                new UnsatisfiedLinkError(
                    "the C library has no "
                        + name
                        + "; pointsman needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04,"
                        + " RHEL 9)"));
    return linker
        .downcallHandle(symbol, descriptor, options.toArray(Linker.Option[]::new))
        .asSpreader(1, Object[].class, descriptor.argumentLayouts().size())
        .asType(MethodType.methodType(long.class, MemorySegment.class, Object[].class));
  }
}
