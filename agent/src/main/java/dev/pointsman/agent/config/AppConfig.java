package dev.pointsman.agent.config;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.protocol.bundle.AppName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One app's file.
 *
 * @param listen the shared socket
 * @param instances slots
 * @param command what a worker runs, in the release; empty: what the manifest's {@code
 *     process.command} says
 * @param workingDirectory below the release; empty: the manifest's, else the release itself
 * @param user whom workers run as; empty: the agent's own user
 * @param env inline variables
 * @param envFile {@code KEY=VALUE} lines
 * @param keepReleases good releases kept beside the active one and its predecessor
 * @param failedRetention bad releases kept
 */
public record AppConfig(
    AppName name,
    Endpoint listen,
    int backlog,
    int instances,
    Optional<List<String>> command,
    Optional<String> workingDirectory,
    Optional<String> user,
    Map<String, String> env,
    Optional<Path> envFile,
    HealthConfig health,
    RollConfig roll,
    RestartConfig restart,
    TrustConfig trust,
    LogConfig log,
    int keepReleases,
    int failedRetention) {
  public AppConfig {
    env = Map.copyOf(env);
  }

  /**
   * The probe.
   *
   * @param path empty: the manifest's {@code process.health.path}, else {@code /health}
   * @param interval between probes of an online worker; a launching one is asked more often
   * @param failureThreshold failures in a row that make an online worker unhealthy
   */
  public record HealthConfig(
      Optional<String> path, Duration interval, Duration timeout, int failureThreshold) {
    /** The field's defaults. */
    public static final HealthConfig DEFAULT =
        new HealthConfig(Optional.empty(), Duration.ofSeconds(5), Duration.ofSeconds(2), 3);
  }

  /**
   * The roll of a slot and its deadlines; names and defaults are the field's. {@code minHealthyTime
   * < healthyDeadline < progressDeadline}.
   */
  public record RollConfig(
      Duration healthyDeadline,
      Duration minHealthyTime,
      int healthPasses,
      Duration progressDeadline,
      Duration drainTimeout,
      Duration longLivedTimeout,
      Duration killTimeout,
      String stopSignal,
      boolean waitReady,
      boolean autoRevert) {
    /** The field's defaults. */
    public static final RollConfig DEFAULT =
        new RollConfig(
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            3,
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            "SIGTERM",
            false,
            true);
  }

  /**
   * Restarts after crashes: exponential from {@code backoffMin} to {@code backoffMax} with jitter;
   * too many end in {@code errored} for {@code cooldown}.
   */
  public record RestartConfig(
      int maxRestarts,
      Duration restartWindow,
      Duration backoffMin,
      Duration backoffMax,
      Duration cooldown) {
    /** The field's defaults. */
    public static final RestartConfig DEFAULT =
        new RestartConfig(
            10,
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30));
  }

  /**
   * Who may release this app here.
   *
   * @param require lines as {@code 1 of ci@web}; all must hold
   * @param env this host's environment, which {@code target.env} must contain
   * @param maxStep largest leap of the sequence number
   * @param targetOptional whether a manifest without {@code target} is accepted
   */
  public record TrustConfig(
      List<String> require,
      String env,
      Duration maxAge,
      Duration skew,
      long maxStep,
      boolean targetOptional) {
    public TrustConfig {
      require = List.copyOf(require);
    }
  }

  /** Worker logs: bounded at {@code maxBytes} each, {@code keep} times as much kept beside it. */
  public record LogConfig(long maxBytes, int keep) {
    /** 10 MiB and three older ones. */
    public static final LogConfig DEFAULT = new LogConfig(10L << 20, 3);
  }
}
