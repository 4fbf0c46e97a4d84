package dev.pointsman.agent.config;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.protocol.bundle.AppName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One app's file.
 *
 * @param listen the shared sockets, in the order of the descriptors; none: workers have no port
 * @param instances slots
 * @param scale what an operator may make of them
 * @param command what a worker runs, in the release; empty: what the manifest's {@code
 *     process.command} says
 * @param workingDirectory below the release; empty: the manifest's, else the release itself
 * @param user whom workers run as; empty: the agent's own user
 * @param unavailableAfter how long no worker may accept before the agent answers 503; empty: it
 *     never does
 * @param env inline variables
 * @param envFile {@code KEY=VALUE} lines
 * @param keepReleases good releases kept beside the active one and its predecessor
 * @param failedRetention bad releases kept
 */
public record AppConfig(
    AppName name,
    List<Endpoint> listen,
    int backlog,
    int instances,
    ScaleConfig scale,
    Optional<List<String>> command,
    Optional<String> workingDirectory,
    Optional<String> user,
    Map<String, String> env,
    Optional<Path> envFile,
    HealthConfig health,
    GateConfig gate,
    RollConfig roll,
    RestartConfig restart,
    ResourcesConfig resources,
    Optional<Duration> unavailableAfter,
    TrustConfig trust,
    LogConfig log,
    int keepReleases,
    int failedRetention) {
  /** The default of {@code unavailable_after}. */
  public static final Duration UNAVAILABLE_AFTER = Duration.ofSeconds(5);

  public AppConfig {
    listen = List.copyOf(listen);
    env = Map.copyOf(env);
  }

  /** Where it listens, for people: {@code 127.0.0.1:3000}, several with commas, or {@code none}. */
  public String listening() {
    return listen.isEmpty()
        ? "none"
        : listen.stream().map(Endpoint::toString).collect(Collectors.joining(", "));
  }

  /**
   * This file's settings, but with what only a start of the agent can change as it is in {@code
   * running}. {@link ConfigChanges} tells which those are.
   */
  public AppConfig keeping(AppConfig running) {
    return new AppConfig(
        name,
        running.listen,
        running.backlog,
        instances,
        scale,
        command,
        workingDirectory,
        user,
        env,
        envFile,
        health,
        gate,
        roll,
        restart,
        resources,
        running.unavailableAfter,
        running.trust,
        running.log,
        keepReleases,
        failedRetention);
  }

  /** What goes for the workers of an app whose file is gone, until they have ended. */
  public static AppConfig unconfigured(AppName name) {
    return new AppConfig(
        name,
        List.of(),
        511,
        1,
        ScaleConfig.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        HealthConfig.DEFAULT,
        GateConfig.DEFAULT,
        RollConfig.DEFAULT,
        RestartConfig.DEFAULT,
        ResourcesConfig.NONE,
        Optional.empty(),
        new TrustConfig(List.of(), "prod", Duration.ofDays(7), Duration.ofMinutes(5), 1, false),
        LogConfig.DEFAULT,
        1,
        0);
  }

  /** How many workers an operator may ask for, without changing the file. */
  public record ScaleConfig(int least, int most) {
    /** Any number that the file could have. */
    public static final ScaleConfig DEFAULT = new ScaleConfig(1, 256);
  }

  /**
   * The probe.
   *
   * @param path empty: the manifest's {@code process.health.path}, else {@code /health}
   * @param interval between probes of an online worker; a launching one is asked more often
   * @param failureThreshold failures in a row that make an online worker unhealthy
   * @param eventLoopTimeout how long an online worker's event loop may stand still; zero: for ever
   */
  public record HealthConfig(
      Optional<String> path,
      Duration interval,
      Duration timeout,
      int failureThreshold,
      Duration eventLoopTimeout) {
    /** The field's defaults. */
    public static final HealthConfig DEFAULT =
        new HealthConfig(
            Optional.empty(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            3,
            Duration.ofSeconds(30));
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
   * too many end in {@code errored} for {@code cooldown}. What is in {@code maxMemory} and {@code
   * maxLifetime} replaces a worker that serves.
   *
   * @param maxMemory resident bytes that a worker may use for long; empty: any
   * @param maxLifetime how old a worker may get; empty: any age
   */
  public record RestartConfig(
      int maxRestarts,
      Duration restartWindow,
      Duration backoffMin,
      Duration backoffMax,
      Duration cooldown,
      Optional<Long> maxMemory,
      Optional<Duration> maxLifetime) {
    /** The field's defaults. */
    public static final RestartConfig DEFAULT =
        new RestartConfig(
            10,
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Optional.empty(),
            Optional.empty());
  }

  /**
   * What each worker may use. The first four need a delegated cgroup v2; empty: no limit of ours.
   *
   * @param memoryMax bytes; more ends the worker
   * @param memoryHigh bytes; more slows it down
   * @param pidsMax processes and threads
   * @param cpuWeight its share beside others, where 100 is the kernel's default
   * @param nofile descriptors, as {@code RLIMIT_NOFILE}; empty: the agent's own limit, as below
   * @param coreBytes size of a core dump, as {@code RLIMIT_CORE}
   * @param nproc processes and threads of the whole user, as {@code RLIMIT_NPROC}
   * @param nice added to the agent's own niceness
   * @param umask for files that it makes
   */
  public record ResourcesConfig(
      Optional<Long> memoryMax,
      Optional<Long> memoryHigh,
      Optional<Integer> pidsMax,
      Optional<Integer> cpuWeight,
      Optional<Integer> nofile,
      Optional<Long> coreBytes,
      Optional<Integer> nproc,
      int nice,
      int umask) {
    /** No limit, and the usual umask. */
    public static final ResourcesConfig NONE =
        new ResourcesConfig(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            022);

    /** Whether only a cgroup of the worker's own can hold it to this. */
    public boolean needsCgroup() {
      return memoryMax.isPresent()
          || memoryHigh.isPresent()
          || pidsMax.isPresent()
          || cpuWeight.isPresent();
    }
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
