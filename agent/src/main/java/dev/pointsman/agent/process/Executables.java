package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds programs as the system would in a given directory and with a given PATH. */
final class Executables {
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final int LONGEST_SHEBANG = 256;

  private final Path directory;
  private final String path;

  Executables(Path directory, @Nullable String path) {
    this.directory = directory;
    this.path = path == null || path.isEmpty() ? DEFAULT_PATH : path;
  }

  /** The absolute path of an executable file whose interpreter, where it has one, is there too. */
  Path find(String name) throws Rejected {
    Path program = name.contains("/") ? directory.resolve(name).normalize() : onPath(name);
    requireExecutable(program);
    requireInterpreter(program);
    return program;
  }

  private Path onPath(String name) throws Rejected {
    Optional<Path> found = lookUp(name);
    if (found.isPresent()) {
      return found.get();
    }
    String hint =
        Files.exists(directory.resolve("node_modules/.bin").resolve(name))
            ? "It is in node_modules/.bin: write 'npx " + name + "'"
            : "Install it, give its absolute path, or set PATH under [env] in the app's file";
    throw refused("the program '" + name + "' is in no directory of PATH=" + path + ". " + hint);
  }

  private Optional<Path> lookUp(String name) {
    return Arrays.stream(path.split(":"))
        .map(entry -> directory.resolve(entry).resolve(name))
        .filter(file -> !name.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static void requireExecutable(Path program) throws Rejected {
    if (!Files.exists(program)) {
      throw refused("the program " + program + " does not exist");
    }
    if (!Files.isRegularFile(program)) {
      throw refused("the program " + program + " is not a file");
    }
    if (!Files.isExecutable(program)) {
      throw refused(
          "the program " + program + " is not executable: chmod +x it before it is packed");
    }
  }

  /** Else the shell would say "not found" of a script that is there. */
  private void requireInterpreter(Path program) throws Rejected {
    List<String> shebang = shebang(program);
    if (shebang.isEmpty()) {
      return;
    }
    Path interpreter = Path.of(shebang.getFirst());
    if (!Files.isExecutable(interpreter)) {
      throw refused(
          "the script " + program + " asks for " + interpreter + ", which is not on this host");
    }
    boolean byName = interpreter.endsWith("env") && shebang.size() > 1;
    if (byName && !shebang.get(1).startsWith("-") && lookUp(shebang.get(1)).isEmpty()) {
      throw refused(
          "the script "
              + program
              + " asks for '"
              + shebang.get(1)
              + "', which is in no directory of PATH="
              + path);
    }
  }

  /** The words after {@code #!}; none where the file does not begin so or cannot be read. */
  static List<String> shebang(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(LONGEST_SHEBANG), StandardCharsets.ISO_8859_1);
      if (!head.startsWith("#!")) {
        return List.of();
      }
      String line = head.substring(2).lines().findFirst().orElse("").strip();
      return line.isEmpty() ? List.of() : List.of(line.split("[ \t]+"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Rejected refused(String detail) {
    return new Rejected(ErrorCode.COMMAND_INVALID, detail);
  }
}
