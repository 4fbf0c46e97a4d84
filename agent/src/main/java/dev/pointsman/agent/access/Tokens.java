package dev.pointsman.agent.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bearer tokens of the TCP listener: a file of {@link TokenLine}s, looked at again when it has
 * changed, at most once a second. A file that turns bad is logged, and the tokens before it stay.
 * Any thread.
 */
public final class Tokens implements Gate {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final long LARGEST = 256 << 10;
  private static final long LOOK_EVERY = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final LongSupplier nanoTime;
  private List<Known> known;
  private Stamp stamp;
  private String complaint = "";
  private long looked;

  private record Known(String sha256, Caller caller) {}

  private record Stamp(@Nullable Object key, long size, FileTime modified) {
    static Stamp of(PosixFileAttributes attributes) {
      return new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }
  }

  /** The tokens of {@code file}; the exception names the file and the line that is wrong. */
  public Tokens(Path file, LongSupplier nanoTime) throws IOException {
    this.file = file;
    this.nanoTime = nanoTime;
    PosixFileAttributes attributes = attributes(file);
    this.stamp = Stamp.of(attributes);
    this.known = read(file, attributes);
    this.looked = nanoTime.getAsLong();
  }

  @Override
  public Caller admit(@Nullable String authorization) throws Rejected {
    if (authorization == null || authorization.isBlank()) {
      throw new Rejected(ErrorCode.AUTH_MISSING, "No token was sent.");
    }
    String scheme = "bearer ";
    if (!authorization.toLowerCase(Locale.ROOT).startsWith(scheme)) {
      throw new Rejected(ErrorCode.AUTH_INVALID, "The Authorization header is not 'Bearer TOKEN'.");
    }
    byte[] digest =
        TokenLine.hex(authorization.substring(scheme.length()).strip()).getBytes(US_ASCII);
    Caller caller = null;
    for (Known candidate : current()) {
      // Every line is compared in full: the time says nothing about which line was near.
      if (MessageDigest.isEqual(digest, candidate.sha256().getBytes(US_ASCII))) {
        caller = candidate.caller();
      }
    }
    if (caller == null) {
      throw new Rejected(ErrorCode.AUTH_INVALID, "The token is not one of those known here.");
    }
    return caller;
  }

  private synchronized List<Known> current() {
    long now = nanoTime.getAsLong();
    if (now - looked >= LOOK_EVERY) {
      looked = now;
      look();
    }
    return known;
  }

  private void look() {
    try {
      PosixFileAttributes attributes = attributes(file);
      Stamp seen = Stamp.of(attributes);
      if (!seen.equals(stamp)) {
        stamp = seen;
        known = read(file, attributes);
        LOG.atInfo().addKeyValue("tokens", known.size()).log("The tokens file was read again");
      }
    } catch (IOException e) {
      String cause = String.valueOf(e.getMessage());
      if (!cause.equals(complaint)) { // Said once, not once a second.
        LOG.atWarn()
            .addKeyValue("cause", cause)
            .log("The tokens file is not usable now; the tokens read before stay");
      }
      complaint = cause;
      return;
    }
    complaint = "";
  }

  private static PosixFileAttributes attributes(Path file) throws IOException {
    try {
      return Files.readAttributes(file, PosixFileAttributes.class);
    } catch (IOException e) {
      throw new IOException("cannot read the tokens file " + file + ": " + e, e);
    }
  }

  private static List<Known> read(Path file, PosixFileAttributes attributes) throws IOException {
    if (!attributes.isRegularFile() || attributes.size() > LARGEST) {
      throw new IOException(file + ": not a regular file of at most " + LARGEST + " bytes");
    }
    if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(file + ": everybody may write it; chmod o-w " + file);
    }
    List<Known> known = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      try {
        TokenLine token = TokenLine.parse(line);
        if (!names.add(token.name())) {
          throw new IllegalArgumentException("names '" + token.name() + "' a second time");
        }
        Caller caller = new Caller(token.name(), token.scope(), token.apps());
        known.add(new Known(token.sha256(), caller));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ":" + number + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(known);
  }
}
