package dev.pointsman.agent.zstd;

import dev.pointsman.protocol.bundle.StrictZstd;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether zstd is to be had, and what it does. */
public final class Zstd {
  private Zstd() {}

  /** Asked once: the answer cannot change before the process ends. */
  private static final class Loaded {
    static final @Nullable String PROBLEM = load();

    private static @Nullable String load() {
      try {
        Native.load();
        return null;
      } catch (LinkageError e) {
        return Zstd.explain(e);
      }
    }
  }

  /** Why there is no zstd here and what to do about it, one sentence; empty where there is. */
  public static Optional<String> problem() {
    return Optional.ofNullable(Loaded.PROBLEM);
  }

  /**
   * Decodes frames; memory outside the heap, as much as the frame's window.
   *
   * @throws IllegalStateException where there is a {@link #problem}
   */
  public static StrictZstd.Decoder decoder() {
    requireLoaded();
    return Native::decode;
  }

  /**
   * Writes one frame with a checksum, the same one for the same bytes, to {@code out}, which is
   * closed with it.
   *
   * @throws IllegalStateException where there is a {@link #problem}
   */
  public static OutputStream compress(OutputStream out) throws IOException {
    requireLoaded();
    return Native.compress(out);
  }

  private static void requireLoaded() {
    if (Loaded.PROBLEM != null) {
      throw new IllegalStateException(Loaded.PROBLEM);
    }
  }

  /** In words for a person who runs a host. */
  static String explain(LinkageError error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
      return "zstd is not installed here (lib/zstd-jni-*.jar is missing); gzip works";
    }
    return "zstd's native part cannot be loaded from "
        + System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir"))
        + " ("
        + firstLine(cause)
        + "): where that does not allow programs, name a folder that does with"
        + " POINTSMAN_JAVA_OPTIONS=-DZstdTempFolder=DIR; gzip works";
  }

  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
