package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One trust file and the last good content of it. Guarded by its owner.
 *
 * <p>It is read whole each time and compared by its bytes: no edit is missed, whatever it did to
 * the file's times, size or inode.
 */
final class TrustFile<T> {
  private static final int MAX_BYTES = 1 << 20;

  /** Makes the content a value, or refuses with {@code agent.trust}. */
  interface Parser<T> {
    T parse(byte[] bytes) throws Rejected;
  }

  private final Path path;
  private final SafePath safe;
  private final Parser<T> parser;
  private final Consumer<String> alarm;
  private byte @Nullable [] seen;
  private @Nullable T good;
  private @Nullable T before;
  private Optional<String> mistake = Optional.empty();
  private int changes;

  TrustFile(Path path, SafePath safe, Parser<T> parser, Consumer<String> alarm) {
    this.path = path;
    this.safe = safe;
    this.parser = parser;
    this.alarm = alarm;
  }

  T now() throws Rejected {
    byte[] bytes = read();
    if (good != null && Arrays.equals(bytes, seen)) {
      return good;
    }
    boolean alreadyReported = Arrays.equals(bytes, seen);
    seen = bytes;
    try {
      T next = parser.parse(bytes);
      before = good;
      good = next;
      changes++;
      mistake = Optional.empty();
      return next;
    } catch (Rejected e) {
      if (good == null) {
        throw new Rejected(ErrorCode.AGENT_TRUST, path + ": " + e.detail(), e.entry());
      }
      String told = path + " is not valid, the last good content stays: " + e.detail();
      mistake = Optional.of(told);
      if (!alreadyReported) {
        alarm.accept(told);
      }
      return good;
    }
  }

  /** What was good before the last change; null before the first one. */
  @Nullable T before() {
    return before;
  }

  /** How often good content has changed. */
  int changes() {
    return changes;
  }

  /** What is wrong with the content now, so that an older one counts. */
  Optional<String> mistake() {
    return mistake;
  }

  private byte[] read() throws Rejected {
    try (InputStream in = Files.newInputStream(safe.resolve(path))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new Rejected(
            ErrorCode.AGENT_TRUST, path + " is larger than " + MAX_BYTES + " bytes.");
      }
      return bytes;
    } catch (IOException e) {
      Rejected rejected =
          new Rejected(ErrorCode.AGENT_TRUST, path + " cannot be read: " + e.getMessage());
      rejected.initCause(e);
      throw rejected;
    }
  }
}
