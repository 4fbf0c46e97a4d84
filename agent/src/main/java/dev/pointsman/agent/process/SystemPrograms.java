package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small programs of the host that stand between the agent and a worker. */
final class SystemPrograms {
  private static final List<Path> DIRECTORIES =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));

  private SystemPrograms() {}

  /** Where {@code name} is; {@code need} says for what, as {@code 'user' needs}. */
  static Path find(String name, String need) throws Rejected {
    return DIRECTORIES.stream()
        .map(directory -> directory.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new Rejected(
                ErrorCode.COMMAND_INVALID,
                need
                    + " the program "
                    + name
                    + ", which is not on this host: install the package "
                    + (name.equals("nice") ? "coreutils" : "util-linux")));
  }
}
