package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code npm start} and its like come to, without the wrapper in between.
 *
 * <p>A wrapper starts the app as its child and passes neither the listening socket nor signals on,
 * so it cannot be supervised. Where its script is a plain {@code node} command, that is run
 * instead; everything else is refused with the reason.
 *
 * @param command to be run
 * @param environment what the script sets in front of its command; it wins over other values
 */
public record NodeCommand(List<String> command, Map<String, String> environment) {
  public NodeCommand {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  private static final Pattern NODE = Pattern.compile("node(js)?[0-9.]*");

  /**
   * Whether what runs is Node itself, or a script that asks for it in its first line; {@code path}:
   * where programs without a slash are looked for, if not in the usual places.
   */
  public boolean runsNode(Path workingDirectory, @Nullable String path) {
    try {
      Path program = new Executables(workingDirectory, path).find(command.getFirst());
      return isNode(program)
          || Executables.shebang(program).stream().map(Path::of).anyMatch(NodeCommand::isNode);
    } catch (Rejected e) {
      return isNode(Path.of(command.getFirst())); // Whoever starts it says what is wrong.
    }
  }

  private static boolean isNode(Path program) {
    Path name = program.getFileName();
    return name != null && NODE.matcher(name.toString()).matches();
  }

  /**
   * Resolves a wrapper; any other command is returned as it is.
   *
   * @param workingDirectory where {@code package.json} is
   * @param release what must hold every file that is resolved
   * @throws Rejected with {@code COMMAND_INVALID} where it cannot be resolved
   */
  public static NodeCommand resolve(List<String> command, Path workingDirectory, Path release)
      throws Rejected, IOException {
    return new NodeWrappers(workingDirectory, release).resolve(command);
  }
}
