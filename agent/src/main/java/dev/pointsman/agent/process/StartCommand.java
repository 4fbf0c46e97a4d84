package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Spawn;
import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.linux.Users.User;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * From a spec to what is really started: checked first, because behind the shell every mistake
 * would only be an exit code 127.
 */
final class StartCommand {
  /** The pid stays the same over each exec; a shell's own variables are nobody's business. */
  private static final String LAUNCHER = "unset PWD OLDPWD SHLVL; LISTEN_PID=$$ exec \"$@\"";

  private static final Set<String> OF_THE_SHELL = Set.of("PWD", "OLDPWD", "SHLVL", "LISTEN_PID");

  /** A shell does not pass on other names. */
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final int CAP_SETGID = 6;
  private static final int CAP_SETUID = 7;

  private StartCommand() {}

  static Spawn.Request prepare(LaunchSpec spec) throws Rejected, IOException {
    Path directory = directory(spec.workingDirectory());
    List<String> arguments = new ArrayList<>(List.of("/bin/sh", "-c", script(spec), "sh"));
    spec.cgroup().ifPresent(cgroup -> arguments.add(cgroup.resolve("cgroup.procs").toString()));
    arguments.addAll(
        LimitCommands.of(
            spec.limits(), LimitCommands.Rights.own())); // Before the user, who may do less.
    arguments.addAll(userSwitch(spec.user()));
    arguments.addAll(command(spec, directory));
    return new Spawn.Request(
        arguments, environment(spec.environment()), directory, log(spec.log()), spec.descriptors());
  }

  /**
   * The first word after {@code sh} is the file that takes it into its cgroup, where it has one.
   */
  private static String script(LaunchSpec spec) {
    String enter = spec.cgroup().isPresent() ? "echo $$ >\"$1\" || exit 126; shift; " : "";
    return enter + String.format("umask %03o; ", spec.limits().umask()) + LAUNCHER;
  }

  private static Path directory(Path directory) throws Rejected {
    try {
      Path real = directory.toRealPath();
      if (Files.isDirectory(real)) {
        return real;
      }
      throw refused("the working directory " + directory + " is not a directory");
    } catch (IOException e) {
      throw refused("the working directory " + directory + " cannot be entered: " + reason(e));
    }
  }

  private static List<String> command(LaunchSpec spec, Path directory) throws Rejected {
    if (spec.command().isEmpty()) {
      throw refused("the command is empty: name a program, as [\"node\", \"server/main.js\"]");
    }
    for (String word : spec.command()) {
      if (word.indexOf('\0') >= 0) {
        throw refused("a word of the command has a NUL character in it");
      }
    }
    Executables executables = new Executables(directory, spec.environment().get("PATH"));
    List<String> command = new ArrayList<>(spec.command());
    command.set(0, executables.find(spec.command().getFirst()).toString());
    return command;
  }

  private static List<String> environment(Map<String, String> variables) throws Rejected {
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      if (!VARIABLE.matcher(name).matches() || variable.getValue().indexOf('\0') >= 0) {
        throw refused(
            "the environment variable '"
                + name
                + "' cannot be passed on: names are letters, digits and '_', values have no NUL");
      }
      if (!OF_THE_SHELL.contains(name)) {
        environment.add(name + "=" + variable.getValue());
      }
    }
    environment.sort(null);
    return environment;
  }

  private static List<String> userSwitch(Optional<String> name) throws Rejected, IOException {
    if (name.isEmpty()) {
      return List.of();
    }
    User user =
        Users.find(name.get())
            .orElseThrow(() ->
                refused(
                    "there is no user '"
                        + name.get()
                        + "' on this host: create it (useradd --system "
                        + name.get()
                        + "), or correct 'user' in the app's file"));
    if (user.uid() == Users.effectiveUid()) {
      return List.of();
    }
    requireCapabilities(name.get());
    List<String> line = new ArrayList<>();
    line.add(SystemPrograms.find("setpriv", "'user' needs").toString());
    line.addAll(UserSwitch.options(user));
    return line;
  }

  private static void requireCapabilities(String user) throws Rejected, IOException {
    long needed = 1L << CAP_SETUID | 1L << CAP_SETGID;
    if ((ProcFiles.ownCapabilities() & needed) != needed) {
      throw refused(
          "the agent runs as uid "
              + Users.effectiveUid()
              + " and may not start processes as '"
              + user
              + "': run the agent as root, or remove 'user' from the app's file");
    }
  }

  private static Path log(Path log) throws IOException {
    Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
    try {
      FileChannel.open(log, options, mode).close();
      return log.toAbsolutePath();
    } catch (IOException e) {
      throw new IOException("cannot open the log " + log + ": " + reason(e), e);
    }
  }

  static String reason(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private static Rejected refused(String detail) {
    return new Rejected(ErrorCode.COMMAND_INVALID, detail);
  }
}
