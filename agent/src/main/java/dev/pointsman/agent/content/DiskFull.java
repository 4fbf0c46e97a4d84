package dev.pointsman.agent.content;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recognises that a write failed for want of space, which the JDK tells by the text alone. */
final class DiskFull {
  private static final Set<String> TEXTS = Set.of("No space left on device", "Disk quota exceeded");

  private DiskFull() {}

  /** Counts the inodes that are free. */
  interface Inodes {
    long free() throws IOException;
  }

  /** The refusal that {@code error} amounts to, if that is what happened. */
  static Optional<Rejected> of(IOException error, Inodes inodes) {
    for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof IOException && TEXTS.stream().anyMatch(message::contains)) {
        Rejected rejected =
            new Rejected(
                isOutOf(inodes, error) ? ErrorCode.DISK_INODES : ErrorCode.DISK_SPACE,
                "The disk filled up while the release was written; what was written is deleted: "
                    + message
                    + ".");
        rejected.initCause(error);
        return Optional.of(rejected);
      }
    }
    return Optional.empty();
  }

  private static boolean isOutOf(Inodes inodes, IOException error) {
    try {
      return inodes.free() == 0;
    } catch (IOException e) {
      error.addSuppressed(e);
      return false;
    }
  }
}
