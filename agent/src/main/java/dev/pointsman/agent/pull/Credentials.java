package dev.pointsman.agent.pull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * What to show to which host: a file of lines {@code HOST[:PORT] bearer TOKEN} and {@code
 * HOST[:PORT] basic USER PASSWORD}, read for every pull. Nobody but its owner may read it. A secret
 * goes to exactly the host that its line names.
 */
record Credentials(Optional<Path> file) {
  private static final long LARGEST = 64 << 10;

  /** The {@code Authorization} for {@code origin}. */
  Optional<String> authorization(Origin origin) throws IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Path path = file.get();
    check(path);
    int number = 0;
    for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
      number++;
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      String[] words = line.strip().split("\\s+");
      Optional<String> value = value(words);
      if (value.isEmpty()) {
        throw new IOException(
            path
                + ":"
                + number
                + ": not 'HOST[:PORT] bearer TOKEN' or 'HOST[:PORT] basic USER PASSWORD'");
      }
      if (isFor(words[0], origin)) {
        return value;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> value(String[] words) {
    if (words.length == 3 && words[1].equals("bearer")) {
      return Optional.of("Bearer " + words[2]);
    }
    if (words.length == 4 && words[1].equals("basic")) {
      byte[] both = (words[2] + ":" + words[3]).getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(both));
    }
    return Optional.empty();
  }

  private static boolean isFor(String host, Origin origin) {
    return host.equalsIgnoreCase(origin.authority())
        || (origin.port() == (origin.tls() ? 443 : 80) && host.equalsIgnoreCase(origin.host()));
  }

  private static void check(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile() || attributes.size() > LARGEST) {
      throw new IOException(path + ": not a regular file of at most " + LARGEST + " bytes");
    }
    Set<PosixFilePermission> mode = attributes.permissions();
    boolean open =
        mode.stream()
            .anyMatch(bit -> bit.name().startsWith("GROUP") || bit.name().startsWith("OTHERS"));
    if (open) {
      throw new IOException(path + ": others may read or write it; chmod 600 " + path);
    }
  }
}
