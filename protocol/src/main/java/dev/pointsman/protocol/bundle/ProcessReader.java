package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.bundle.Manifest.ProcessDefaults;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code process}. A manifest may say how its own code is run, but names nothing outside the
 * release: every path is relative and goes down only.
 */
final class ProcessReader {
  private static final int MAX_ARGUMENTS = 256;
  private static final int MAX_ARGUMENT_BYTES = 4096;
  private static final int MAX_PATH_BYTES = 1024;
  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_DEPTH = 64;
  private static final Pattern HEALTH_PATH = Pattern.compile("/[!-~&&[^#\"<>\\\\^`{|}]]{0,1023}");

  private ProcessReader() {}

  static Optional<ProcessDefaults> read(JsonFields fields) throws Rejected {
    Optional<JsonFields> process = fields.object("process");
    if (process.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = process.get();
    ProcessDefaults value =
        new ProcessDefaults(
            command(inner),
            path(inner, "working_directory"),
            health(inner),
            path(inner, "public"),
            path(inner, "assets"));
    inner.noMore();
    if (value.assets().isPresent() && value.publicDirectory().isEmpty()) {
      throw inner.value("assets", "needs 'process.public', of which it is a part");
    }
    return Optional.of(value);
  }

  private static Optional<String> health(JsonFields process) throws Rejected {
    Optional<JsonFields> health = process.object("health");
    if (health.isEmpty()) {
      return Optional.empty();
    }
    JsonFields inner = health.get();
    Optional<String> path =
        inner.string("path", HEALTH_PATH, "the path of a URL that begins with '/'");
    inner.noMore();
    return path;
  }

  /**
   * Arguments are the program's own affair; the program itself is a bare name or in the release.
   */
  private static Optional<List<String>> command(JsonFields process) throws Rejected {
    Optional<List<String>> command = process.strings("command", 1, MAX_ARGUMENTS);
    if (command.isEmpty()) {
      return command;
    }
    for (String argument : command.get()) {
      if (argument.indexOf('\0') >= 0 || utf8Length(argument) > MAX_ARGUMENT_BYTES) {
        throw process.value("command", "holds an argument with a NUL or of more than 4,096 bytes");
      }
    }
    String program = command.get().getFirst();
    checkPath(program.startsWith("./") ? program.substring(2) : program, process.at("command"));
    return command;
  }

  private static Optional<String> path(JsonFields process, String key) throws Rejected {
    Optional<String> path = process.string(key);
    if (path.isPresent()) {
      checkPath(path.get(), process.at(key));
    }
    return path;
  }

  private static void checkPath(String path, String entry) throws Rejected {
    if (path.startsWith("/")) {
      throw refused(ErrorCode.PATH_ABSOLUTE, "must be a path in the release", path, entry);
    }
    if (path.codePoints().anyMatch(ProcessReader::isForbidden)) {
      throw refused(ErrorCode.PATH_CHAR, "has a control character or a backslash", path, entry);
    }
    if (utf8Length(path) > MAX_PATH_BYTES) {
      throw refused(ErrorCode.PATH_TOO_LONG, "is longer than 1,024 bytes", path, entry);
    }
    String[] names = path.split("/", -1);
    if (names.length > MAX_DEPTH) {
      throw refused(ErrorCode.PATH_TOO_DEEP, "is more than 64 directories deep", path, entry);
    }
    for (String name : names) {
      if (name.equals(".") || name.equals("..")) {
        throw refused(ErrorCode.PATH_TRAVERSAL, "must not hold '.' or '..'", path, entry);
      }
      if (name.isEmpty() || utf8Length(name) > MAX_NAME_BYTES) {
        throw refused(ErrorCode.PATH_COMPONENT, "has an empty or too long part", path, entry);
      }
    }
  }

  /** Controls, the backslash, and the marks that turn text around or hide. */
  private static boolean isForbidden(int c) {
    return Character.isISOControl(c)
        || c == '\\'
        || c == 0xFEFF
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }

  private static Rejected refused(ErrorCode code, String rule, String path, String entry) {
    return new Rejected(
        code, "'" + entry + "' " + rule + ", but is '" + Shown.of(path) + "'", entry);
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
