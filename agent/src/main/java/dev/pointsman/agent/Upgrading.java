package dev.pointsman.agent;

import dev.pointsman.agent.ProgramCommand.Said;
import dev.pointsman.agent.linux.Exec;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.listen.InheritedSockets.Passed;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replacement of the running agent by the program that is on its disk now, in the same process:
 * first the new program is tried beside the running one; then the agent stops in order, as for a
 * restart, and becomes the new one, which inherits the sockets and stays the parent of the workers.
 *
 * <p>Where the new one cannot start after all, it becomes the old one again if that is still there.
 */
final class Upgrading {
  private static final Logger LOG = LoggerFactory.getLogger(Upgrading.class);

  /** By which path the launcher was called: through links, so that a new version is found. */
  static final String PROGRAM_VARIABLE = "POINTSMAN_PROGRAM";

  /** Set for a new agent: the program to go back to. */
  static final String BACK_VARIABLE = "POINTSMAN_UPGRADED_FROM";

  /** Of this process alone, or of the service manager's beginning of it. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "LISTEN_PID",
          "LISTEN_FDS",
          "LISTEN_FDNAMES",
          InheritedSockets.OWN_VARIABLE,
          BACK_VARIABLE);

  private final Path configFile;
  private final Map<String, String> environment;
  private final Path running;
  private final Runnable stop;
  private final ReentrantLock oneAtATime = new ReentrantLock();
  private volatile @Nullable Path wanted;

  /**
   * For the agent of {@code configFile}.
   *
   * @param environment of this process
   * @param running the program that runs now
   * @param stop asks for the orderly end of the agent; returns at once
   */
  Upgrading(Path configFile, Map<String, String> environment, Path running, Runnable stop) {
    this.configFile = configFile.toAbsolutePath();
    this.environment = Map.copyOf(environment);
    this.running = running;
    this.stop = stop;
  }

  /** The program that an upgrade would begin. */
  Path program() {
    return Optional.ofNullable(environment.get(PROGRAM_VARIABLE)).map(Path::of).orElse(running);
  }

  /**
   * Tries the new program, then asks for the end of the running agent; what follows is {@link
   * #replace}. Blocks for the trial; {@code told}, between the two, tells others.
   */
  void request(Runnable told) throws Rejected {
    if (!oneAtATime.tryLock()) {
      throw new Rejected(ErrorCode.AGENT_UPGRADE, "Another upgrade is being tried just now.");
    }
    try {
      Path program = program();
      tryOut(program);
      wanted = program;
      LOG.info("The agent becomes {}.", program);
      told.run();
      stop.run();
    } finally {
      oneAtATime.unlock();
    }
  }

  /** Whether the agent was asked to become another one. */
  boolean isRequested() {
    return wanted != null;
  }

  private void tryOut(Path program) throws Rejected {
    try {
      Said said =
          ProgramCommand.run(
              program, List.of("check-config", "--config", configFile.toString()), clean());
      if (said.exit() != 0) {
        throw refused(
            "'" + program + " check-config' failed with exit code " + said.exit(), said.text());
      }
      ProgramCommand.of(program, arguments(), clean());
    } catch (IOException e) {
      throw refused("the new program cannot be tried", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Rejected(ErrorCode.AGENT_STOPPING, "The agent stops.");
    }
  }

  private static Rejected refused(String what, String why) {
    return new Rejected(
        ErrorCode.AGENT_UPGRADE, "The running agent goes on: " + what + ProgramCommand.shown(why));
  }

  private List<String> arguments() {
    return List.of("agent", "--config", configFile.toString());
  }

  private Map<String, String> clean() {
    Map<String, String> variables = new HashMap<>(environment);
    variables.keySet().removeAll(NOT_PASSED_ON);
    return variables;
  }

  /**
   * Becomes the new program, or the running one again where that cannot be begun; called when the
   * agent has stopped. Does not return.
   *
   * @throws IOException where neither can be begun
   */
  void replace(List<Passed> sockets) throws IOException, InterruptedException {
    Path program = wanted;
    if (program == null) {
      throw new IllegalStateException("nobody has asked for another program");
    }
    try {
      become(program, Optional.of(running), sockets);
    } catch (IOException e) {
      LOG.error("{} cannot be begun; going on with {}.", program, running, e);
      become(running, Optional.empty(), sockets);
    }
  }

  /**
   * After a failed start: becomes the agent before again, where this one came by an upgrade and
   * that one is still another program; returns where it did not or is not.
   */
  void fallBack(Exception cause, List<Passed> sockets) throws IOException, InterruptedException {
    if (canFallBack()) {
      Path back = Path.of(environment.getOrDefault(BACK_VARIABLE, ""));
      LOG.error("The new agent cannot start; going back to {}.", back, cause);
      become(back, Optional.empty(), sockets);
    }
  }

  /** Whether this agent came by an upgrade from another program, which is still there. */
  boolean canFallBack() {
    String back = environment.get(BACK_VARIABLE);
    return back != null && Files.isExecutable(Path.of(back)) && !Path.of(back).equals(running);
  }

  private void become(Path program, Optional<Path> back, List<Passed> sockets)
      throws IOException, InterruptedException {
    Map<String, String> variables = clean();
    ProgramCommand command = ProgramCommand.of(program, arguments(), variables);
    variables.putAll(command.variables());
    back.ifPresent(path -> variables.put(BACK_VARIABLE, path.toString()));
    long pid = ProcessHandle.current().pid();
    if (!sockets.isEmpty()) {
      variables.put(InheritedSockets.OWN_VARIABLE, InheritedSockets.variable(pid, sockets));
    }
    List<String> environmentWords = new ArrayList<>();
    new TreeMap<>(variables).forEach((name, value) -> environmentWords.add(name + "=" + value));
    Exec.become(
        command.words(),
        environmentWords,
        sockets.stream().map(Passed::descriptor).collect(Collectors.toSet()));
  }
}
