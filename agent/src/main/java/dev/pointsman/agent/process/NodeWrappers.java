package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks behind npm, yarn, pnpm and npx, in one working directory of one release. */
final class NodeWrappers {
  private static final Set<String> MANAGERS = Set.of("npm", "yarn", "pnpm");
  private static final Set<String> RUN = Set.of("run", "run-script");
  private static final Set<String> QUIET = Set.of("-s", "--silent", "-q", "--quiet");
  private static final Set<String> NPX_OPTIONS = Set.of("-y", "--yes", "--no", "--no-install");

  /** Programs that start the app as a child of theirs. */
  private static final Set<String> PARENTS =
      Set.of(
          "pm2",
          "pm2-runtime",
          "pm2-docker",
          "forever",
          "nodemon",
          "supervisor",
          "concurrently",
          "npm-run-all",
          "run-p",
          "run-s",
          "env-cmd",
          "dotenv",
          "dotenvx",
          "cross-env-shell");

  private static final String ADVICE =
      "Only 'node FILE ARGUMENTS', or a node program of node_modules, can be run without its"
          + " package manager: name such a command";

  private final Path directory;
  private final NodePrograms programs;

  NodeWrappers(Path workingDirectory, Path release) throws Rejected {
    try {
      this.directory = workingDirectory.toRealPath();
      this.programs = new NodePrograms(directory, release.toRealPath());
    } catch (IOException e) {
      throw refused(
          "the working directory %s cannot be entered: %s"
              .formatted(workingDirectory, StartCommand.reason(e)));
    }
  }

  NodeCommand resolve(List<String> command) throws Rejected, IOException {
    String program = command.isEmpty() ? "" : fileName(command.getFirst());
    refuseParent(program, "command");
    if (MANAGERS.contains(program)) {
      return ofManager(program, command.subList(1, command.size()));
    }
    if (program.equals("npx")) {
      return ofNpx(command.subList(1, command.size()));
    }
    return new NodeCommand(command, Map.of());
  }

  private NodeCommand ofManager(String manager, List<String> words) throws Rejected, IOException {
    String line = (manager + " " + String.join(" ", words)).strip();
    List<String> rest = withoutFirst(QUIET, words);
    boolean run = !rest.isEmpty() && RUN.contains(rest.getFirst());
    if (run) {
      rest = withoutFirst(QUIET, rest.subList(1, rest.size()));
    }
    boolean named = !rest.isEmpty() && !rest.getFirst().startsWith("-");
    if (!named || (manager.equals("npm") && !run && !rest.getFirst().equals("start"))) {
      throw refused(
          "'%s' names no script: write '%s start' or '%s run NAME', or the node command itself"
              .formatted(line, manager, manager));
    }
    String name = rest.getFirst();
    List<String> arguments = rest.subList(1, rest.size());
    if (!arguments.isEmpty() && arguments.getFirst().equals("--")) {
      arguments = arguments.subList(1, arguments.size());
    }
    return ofScript(line, name, arguments);
  }

  private NodeCommand ofScript(String wrapper, String name, List<String> arguments)
      throws Rejected, IOException {
    PackageJson description =
        PackageJson.in(directory)
            .orElseThrow(() ->
                refused(
                    "'%s': there is no package.json in %s; correct 'working_directory'"
                        .formatted(wrapper, directory)));
    String where = "script '%s' in %s".formatted(name, description.file());
    if (description.script("pre" + name).isPresent()) {
      throw refused(
          "%s wants 'pre%s' to run before it: run that when the release is built, and name the node"
                  .formatted(where, name)
              + " command itself");
    }
    Optional<String> line = description.script(name);
    if (line.isEmpty() && name.equals("start") && Files.exists(directory.resolve("server.js"))) {
      line = Optional.of("node server.js"); // As npm does.
    }
    if (line.isPresent()) {
      return ofLine(where, line.get(), arguments);
    }
    refuseParent(name, "'" + wrapper + "'");
    return new NodeCommand(
        installed(name, arguments).orElseThrow(() -> refused("there is no " + where)), Map.of());
  }

  private NodeCommand ofLine(String where, String line, List<String> arguments)
      throws Rejected, IOException {
    List<String> all =
        ShellWords.split(line)
            .orElseThrow(() -> refused("%s needs a shell: '%s'. ".formatted(where, line) + ADVICE));
    Assignments assignments = Assignments.of(all);
    List<String> words = new ArrayList<>(assignments.rest());
    words.addAll(arguments);
    if (assignments.rest().isEmpty()) {
      throw refused("%s runs nothing: '%s'".formatted(where, line));
    }
    refuseParent(fileName(words.getFirst()), where);
    List<String> command = words;
    if (!fileName(words.getFirst()).equals("node")) {
      command =
          installed(words.getFirst(), words.subList(1, words.size()))
              .orElseThrow(() ->
                  refused("%s is no plain node command: '%s'. ".formatted(where, line) + ADVICE));
    }
    return new NodeCommand(command, assignments.variables());
  }

  private NodeCommand ofNpx(List<String> words) throws Rejected, IOException {
    String line = ("npx " + String.join(" ", words)).strip();
    List<String> rest = withoutFirst(NPX_OPTIONS, words);
    if (rest.isEmpty()) {
      throw refused("'" + line + "' names no program");
    }
    refuseParent(rest.getFirst(), "'" + line + "'");
    return new NodeCommand(
        installed(rest.getFirst(), rest.subList(1, rest.size()))
            .orElseThrow(() ->
                refused(
                    "'%s': the release has no node program '%s' in node_modules at %s;"
                            .formatted(line, rest.getFirst(), directory)
                        + " nothing is downloaded here, so install it before packing")),
        Map.of());
  }

  private Optional<List<String>> installed(String name, List<String> arguments)
      throws Rejected, IOException {
    Optional<List<String>> found = programs.find(name);
    if (found.isEmpty()) {
      return found;
    }
    List<String> command = new ArrayList<>(found.get());
    command.addAll(arguments);
    return Optional.of(command);
  }

  private static List<String> withoutFirst(Set<String> options, List<String> words) {
    int from = 0;
    while (from < words.size() && options.contains(words.get(from))) {
      from++;
    }
    return words.subList(from, words.size());
  }

  private static void refuseParent(String program, String where) throws Rejected {
    if (PARENTS.contains(program)) {
      throw refused(
          "%s: %s starts the app as a child of its own and passes the listening socket on to nobody."
                  .formatted(where, program)
              + " pointsman supervises by itself: name the node command that "
              + program
              + " would run");
    }
  }

  private static String fileName(String program) {
    return program.substring(program.lastIndexOf('/') + 1);
  }

  private static Rejected refused(String detail) {
    return new Rejected(ErrorCode.COMMAND_INVALID, detail);
  }
}
