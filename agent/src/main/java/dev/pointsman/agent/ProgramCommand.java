package dev.pointsman.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a distribution's launcher, a shell script, would become. A shell that waits for one of its
 * own commands takes the exits of all children of its process, so an agent that is to keep its
 * children asks the launcher and becomes Java itself.
 *
 * @param words the program's absolute path and its arguments
 * @param variables what the launcher would add to the environment
 */
record ProgramCommand(List<String> words, Map<String, String> variables) {
  private static final String ASK = "POINTSMAN_SHOW_COMMAND";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SHOWN = 2_000;

  ProgramCommand {
    words = List.copyOf(words);
    variables = Map.copyOf(variables);
  }

  /** What a command has said. */
  record Said(int exit, String text) {}

  /** What {@code program} would become with {@code arguments} in {@code environment}. */
  static ProgramCommand of(Path program, List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    Map<String, String> asking = new HashMap<>(environment);
    asking.put(ASK, "1");
    Said said = run(program, arguments, asking);
    if (said.exit() != 0) {
      throw new IOException(program + " failed with exit code " + said.exit() + shown(said.text()));
    }
    return parse(program, said.text());
  }

  static ProgramCommand parse(Path program, String text) throws IOException {
    List<String> lines = text.lines().toList();
    int gap = lines.indexOf("");
    Map<String, String> variables = new HashMap<>();
    for (String line : lines.subList(0, Math.max(0, gap))) {
      int equals = line.indexOf('=');
      if (equals > 0 && equals < line.length() - 1) {
        variables.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    List<String> words = gap < 0 ? List.of() : lines.subList(gap + 1, lines.size());
    if (words.isEmpty() || !Files.isExecutable(Path.of(words.getFirst()))) {
      throw new IOException(program + " does not say which program it would run" + shown(text));
    }
    return new ProgramCommand(words, variables);
  }

  /** Runs {@code program} with no other environment, for a minute at most. */
  static Said run(Path program, List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("pointsman-upgrade", ".txt");
    Process process = null;
    try {
      List<String> line = new ArrayList<>(List.of(program.toString()));
      line.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(line)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      process = builder.start();
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(program + " did not end within " + LIMIT.toSeconds() + " s");
      }
      return new Said(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(output);
    }
  }

  /** The beginning of what was said, for a message. */
  static String shown(String text) {
    String said = text.strip();
    return said.isEmpty() ? "" : ": " + said.substring(0, Math.min(said.length(), SHOWN));
  }
}
