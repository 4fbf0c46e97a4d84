package dev.pointsman.agent.access;

import dev.pointsman.protocol.bundle.AppName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One line of the tokens file: {@code NAME SHA256HEX SCOPES APPS}. The token itself is nowhere on
 * this host.
 *
 * @param name who holds it; shown as {@code requestedBy}
 * @param sha256 of the token, hex in lower case
 * @param scope the widest of the listed ones
 * @param apps the apps it is for; empty: all
 */
public record TokenLine(String name, String sha256, Scope scope, Set<AppName> apps) {
  private static final String PREFIX = "pm_";
  private static final String RESERVED = "local|agent";

  public TokenLine {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}") || name.matches(RESERVED)) {
      throw new IllegalArgumentException(
          "not a token name: '"
              + name
              + "' (letters, digits, '.', '_', '-'; not "
              + RESERVED
              + ")");
    }
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a SHA-256 in 64 lower-case hex digits");
    }
    apps = Set.copyOf(apps);
  }

  /** A token that nobody can guess: 256 random bits. */
  public static String newToken() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** The line for {@code token}. */
  public static TokenLine of(String name, String token, Scope scope, Set<AppName> apps) {
    return new TokenLine(name, hex(token), scope, apps);
  }

  /** Reads one line that is neither empty nor a comment; the exception says what is wrong. */
  public static TokenLine parse(String line) {
    String[] fields = line.strip().split("\\s+", -1);
    if (fields.length != 4) {
      throw new IllegalArgumentException(
          "has " + fields.length + " fields, not the four NAME SHA256HEX SCOPES APPS");
    }
    return new TokenLine(fields[0], fields[1], scopes(fields[2]), apps(fields[3]));
  }

  private static Scope scopes(String field) {
    Scope widest = Scope.READ;
    for (String name : field.split(",", -1)) {
      Scope scope =
          Scope.parse(name)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "not a scope: '" + name + "' (read, deploy, admin)"));
      widest = scope.covers(widest) ? scope : widest;
    }
    return widest;
  }

  private static Set<AppName> apps(String field) {
    if (field.equals("*")) {
      return Set.of();
    }
    Set<AppName> apps = new TreeSet<>();
    for (String name : field.split(",", -1)) {
      apps.add(new AppName(name));
    }
    return apps;
  }

  /** SHA-256 of {@code token} in hex. */
  static String hex(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The line as it stands in the file. */
  @Override
  public String toString() {
    String names =
        apps.isEmpty()
            ? "*"
            : apps.stream().sorted().map(AppName::value).collect(Collectors.joining(","));
    return name + " " + sha256 + " " + scope + " " + names;
  }
}
