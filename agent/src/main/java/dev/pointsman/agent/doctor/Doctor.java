package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs every check, the most fundamental first. */
public final class Doctor {
  private static final List<Check> CHECKS =
      List.of(
          new AgentCheck(),
          new KernelCheck(),
          new LibcCheck(),
          new YamaCheck(),
          new LimitsCheck(),
          new BacklogCheck(),
          new OvercommitCheck(),
          new CgroupCheck(),
          new ClockCheck(),
          new MountCheck(),
          new SpaceCheck(),
          new SignersCheck(),
          new JournalCheck(),
          new CurrentCheck(),
          new PortCheck(),
          new UserCheck(),
          new NodeCheck(),
          new JournaldCheck());

  private Doctor() {}

  /** Looks at this host with the configuration in {@code file}, or says that it is wrong. */
  public static List<Finding> examine(Path file) {
    try {
      return examine(ConfigReader.read(file), new HostView());
    } catch (ConfigInvalid | IOException e) {
      return List.of(
          Finding.bad(
              "configuration",
              String.valueOf(e.getMessage()),
              "the agent does not start with it, and nothing else can be looked at",
              "pointsman check-config --config " + file));
    }
  }

  static List<Finding> examine(HostConfig config, Facts facts) {
    return CHECKS.stream().flatMap(check -> check.look(facts, config).stream()).toList();
  }
}
