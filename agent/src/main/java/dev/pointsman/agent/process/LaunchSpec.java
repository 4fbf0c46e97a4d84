package dev.pointsman.agent.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to start, and as what.
 *
 * @param command program and arguments; a name without slash is looked for on the PATH of {@code
 *     environment}, a relative path in {@code workingDirectory}
 * @param workingDirectory symbolic links are resolved before the start, so that a later flip of a
 *     link does not move a running process
 * @param environment all of it: nothing is inherited from the agent. LISTEN_PID is added; PWD,
 *     OLDPWD and SHLVL are dropped
 * @param log stdout and stderr are appended to it
 * @param descriptors become 3, 4, ... in this order; the caller keeps its own
 * @param user whom to run as; empty: the agent's own user
 * @param limits what the kernel holds it to
 * @param cgroup the directory of the cgroup v2 that it is in from its beginning; empty: this
 *     process's own
 */
public record LaunchSpec(
    List<String> command,
    Path workingDirectory,
    Map<String, String> environment,
    Path log,
    List<Integer> descriptors,
    Optional<String> user,
    ProcessLimits limits,
    Optional<Path> cgroup) {
  /** Where programs of an app are looked for that does not say where. */
  public static final String USUAL_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  public LaunchSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    descriptors = List.copyOf(descriptors);
  }

  /** Without limits of its own. */
  public LaunchSpec(
      List<String> command,
      Path workingDirectory,
      Map<String, String> environment,
      Path log,
      List<Integer> descriptors,
      Optional<String> user) {
    this(
        command,
        workingDirectory,
        environment,
        log,
        descriptors,
        user,
        ProcessLimits.NONE,
        Optional.empty());
  }
}
