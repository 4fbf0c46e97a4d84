package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Programs of installed packages: from a name in {@code node_modules/.bin} to the {@code node}
 * command behind it. Looks in the working directory and above it, never outside the release.
 */
final class NodePrograms {
  private final Path directory;
  private final Path release;

  /** Both are real paths. */
  NodePrograms(Path directory, Path release) {
    this.directory = directory;
    this.release = release;
  }

  /** As {@code [node, /release/node_modules/next/dist/bin/next]}; empty where there is none. */
  Optional<List<String>> find(String name) throws Rejected, IOException {
    if (name.contains("/") || name.startsWith(".")) {
      return Optional.empty();
    }
    for (Path at = directory; at != null && at.startsWith(release); at = at.getParent()) {
      Path modules = at.resolve("node_modules");
      Optional<List<String>> command = script(modules.resolve(".bin").resolve(name));
      if (command.isEmpty()) {
        command = ofPackage(modules.resolve(name), name);
      }
      if (command.isPresent()) {
        return command;
      }
    }
    return Optional.empty();
  }

  /** pnpm and Windows write shell scripts into {@code .bin}; the package itself knows better. */
  private Optional<List<String>> ofPackage(Path module, String name) throws Rejected, IOException {
    Optional<String> program =
        PackageJson.in(module).flatMap(description -> description.program(name));
    return program.isPresent() ? script(module.resolve(program.get())) : Optional.empty();
  }

  private Optional<List<String>> script(Path link) throws IOException {
    if (!Files.isRegularFile(link)) {
      return Optional.empty();
    }
    Path file = link.toRealPath();
    List<String> shebang = Executables.shebang(file);
    int node = indexOfNode(shebang);
    if (node < 0 || !file.startsWith(release)) {
      return Optional.empty();
    }
    List<String> command = new ArrayList<>(List.of("node"));
    command.addAll(shebang.subList(node + 1, shebang.size()));
    command.add(file.toString());
    return Optional.of(List.copyOf(command));
  }

  private static int indexOfNode(List<String> shebang) {
    for (int i = 0; i < shebang.size(); i++) {
      if (Path.of(shebang.get(i)).endsWith("node")) {
        return i;
      }
    }
    return -1;
  }
}
