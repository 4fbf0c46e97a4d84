package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One trust file and the last good content of it. Guarded by its owner. */
final class TrustFile<T> {
  private static final int MAX_BYTES = 1 << 20;

  /** Makes the content a value, or refuses with {@code agent.trust}. */
  interface Parser<T> {
    T parse(byte[] bytes) throws Rejected;
  }

  private final Path path;
  private final Parser<T> parser;
  private final Consumer<String> alarm;
  private byte @Nullable [] seen;
  private @Nullable T good;

  TrustFile(Path path, Parser<T> parser, Consumer<String> alarm) {
    this.path = path;
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
      good = parser.parse(bytes);
      return good;
    } catch (Rejected e) {
      if (good == null) {
        throw new Rejected(ErrorCode.AGENT_TRUST, path + ": " + e.detail(), e.entry());
      }
      if (!alreadyReported) {
        alarm.accept(path + " is not valid, the last good content stays: " + e.detail());
      }
      return good;
    }
  }

  private byte[] read() throws Rejected {
    try (InputStream in = Files.newInputStream(path)) {
      refuseWritableByAll(path);
      refuseWritableByAll(path.toAbsolutePath().getParent());
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

  private void refuseWritableByAll(@Nullable Path which) throws Rejected, IOException {
    if (which != null
        && Files.getPosixFilePermissions(which).contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST,
          which + " can be written by everybody: chmod o-w " + which + ", and look who was there.");
    }
  }
}
