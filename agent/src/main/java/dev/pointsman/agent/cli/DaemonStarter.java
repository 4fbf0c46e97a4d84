package dev.pointsman.agent.cli;

import java.nio.file.Path;

/** Runs the daemon in this process; {@code pointsman agent} hands over to it. */
public interface DaemonStarter {
  /** Runs until the daemon has stopped; the result is the exit code. */
  int run(Path configFile);
}
