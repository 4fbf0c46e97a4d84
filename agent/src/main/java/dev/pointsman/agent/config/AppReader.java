package dev.pointsman.agent.config;

import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.config.AppConfig.RestartConfig;
import dev.pointsman.agent.config.AppConfig.RollConfig;
import dev.pointsman.agent.config.AppConfig.ScaleConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one app's file. */
final class AppReader {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int MOST_PORTS = 16;
  private static final int HIGHEST_PORT = 65_535;
  private static final Duration INSTANT = Duration.ZERO;
  private static final Duration BLINK = Duration.ofMillis(10);
  private static final int MOST_WORKERS = 256;
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,30}[$]?");
  private static final Pattern HEALTH_PATH = Pattern.compile("/[!-~]{0,1023}");
  private static final Set<String> STOP_SIGNALS =
      Set.of("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2");

  private final Path file;
  private final Mistakes mistakes;

  AppReader(Path file, Mistakes mistakes) {
    this.file = file.toAbsolutePath();
    this.mistakes = mistakes;
  }

  AppConfig read(AppName name, Section app) {
    List<Endpoint> listen = listen(app);
    RollConfig roll = roll(app.section("roll"));
    AppConfig config =
        new AppConfig(
            name,
            listen,
            app.whole("backlog", 511, 1, HIGHEST_PORT),
            app.whole("instances", 1, 1, MOST_WORKERS),
            scale(app.section("scale")),
            app.texts("command", "[\"node\", \"server/main.js\"]"),
            workingDirectory(app),
            user(app),
            env(app),
            envFile(app),
            health(app.section("health")),
            new GateReader(app.section("gate"), !listen.isEmpty()).read(roll.waitReady()),
            roll,
            restart(app.section("restart")),
            ResourcesReader.read(app.section("resources")),
            app.durationOrNever("unavailable_after", AppConfig.UNAVAILABLE_AFTER, INSTANT),
            trust(app.section("trust")),
            log(app.section("log")),
            app.whole("keep_releases", 5, 1, 1_000),
            app.whole("failed_retention", 3, 0, 1_000));
    app.refuseOthers();
    return config;
  }

  private static List<Endpoint> listen(Section app) {
    if (app.has("listen") && app.has("port")) {
      app.refuse("port", "listen names a port too: keep one of the two");
    }
    if (!app.has("listen") && !app.has("port")) {
      app.missing("listen", "listen = \"127.0.0.1:3000\", or listen = \"none\"");
    }
    if (app.has("port")) {
      return List.of(new Endpoint(LOOPBACK, app.whole("port", 0, 1, HIGHEST_PORT)));
    }
    List<Endpoint> listen = Endpoints.readAll(app, "listen");
    if (listen.size() > MOST_PORTS) {
      app.refuse("listen", "an app has at most " + MOST_PORTS + " ports");
    }
    return listen;
  }

  private static ScaleConfig scale(Section scale) {
    ScaleConfig defaults = ScaleConfig.DEFAULT;
    ScaleConfig read =
        new ScaleConfig(
            scale.whole("min", defaults.least(), 1, MOST_WORKERS),
            scale.whole("max", defaults.most(), 1, MOST_WORKERS));
    if (read.least() > read.most()) {
      scale.refuse(
          scale.has("min") ? "min" : "max",
          "min (" + read.least() + ") must not be larger than max (" + read.most() + ")");
    }
    scale.refuseOthers();
    return read;
  }

  private static Optional<String> workingDirectory(Section app) {
    Optional<String> directory = app.text("working_directory");
    if (directory.isPresent()
        && Arrays.stream(directory.get().split("/", -1))
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
      app.refuse(
          "working_directory", "must be a directory of the release, as \"server\", without '..'");
    }
    return directory;
  }

  private static Optional<String> user(Section app) {
    Optional<String> user = app.text("user");
    if (user.isPresent() && !USER.matcher(user.get()).matches()) {
      app.refuse("user", "must be the name of a user of this host");
    }
    return user;
  }

  private Optional<Path> envFile(Section app) {
    Optional<Path> path = app.text("env_file").map(text -> file.resolveSibling(text).normalize());
    if (path.isPresent() && !Files.isRegularFile(path.get())) {
      app.refuse("env_file", "there is no file " + path.get());
    } else if (path.isPresent()) {
      EnvFile.read(path.get(), mistakes);
    }
    return path;
  }

  private static Map<String, String> env(Section app) {
    return app.section("env").variables();
  }

  private static HealthConfig health(Section health) {
    HealthConfig defaults = HealthConfig.DEFAULT;
    Optional<String> path = health.text("path");
    if (path.isPresent() && !HEALTH_PATH.matcher(path.get()).matches()) {
      health.refuse("path", "must begin with '/' and have no spaces, as \"/health\"");
    }
    HealthConfig read =
        new HealthConfig(
            path,
            health.duration("interval", defaults.interval(), BLINK),
            health.duration("timeout", defaults.timeout(), BLINK),
            health.whole("failure_threshold", defaults.failureThreshold(), 1, 1_000),
            health.duration("event_loop_timeout", defaults.eventLoopTimeout(), INSTANT));
    health.refuseOthers();
    return read;
  }

  private static RollConfig roll(Section roll) {
    RollConfig defaults = RollConfig.DEFAULT;
    String signal = roll.text("stop_signal", defaults.stopSignal());
    if (!STOP_SIGNALS.contains(signal)) {
      roll.refuse(
          "stop_signal",
          "must be one of " + String.join(", ", STOP_SIGNALS.stream().sorted().toList()));
    }
    RollConfig read =
        new RollConfig(
            roll.duration("healthy_deadline", defaults.healthyDeadline(), BLINK),
            roll.duration("min_healthy_time", defaults.minHealthyTime(), INSTANT),
            roll.whole("health_passes", defaults.healthPasses(), 1, 1_000),
            roll.duration("progress_deadline", defaults.progressDeadline(), BLINK),
            roll.duration("drain_timeout", defaults.drainTimeout(), INSTANT),
            roll.duration("long_lived_timeout", defaults.longLivedTimeout(), INSTANT),
            roll.duration("kill_timeout", defaults.killTimeout(), BLINK),
            signal,
            roll.flag("wait_ready", defaults.waitReady()),
            roll.flag("auto_revert", defaults.autoRevert()));
    if (read.minHealthyTime().compareTo(read.healthyDeadline()) >= 0) {
      roll.refuse(
          roll.has("min_healthy_time") ? "min_healthy_time" : "healthy_deadline",
          "min_healthy_time ("
              + Units.text(read.minHealthyTime())
              + ") must be shorter than healthy_deadline ("
              + Units.text(read.healthyDeadline())
              + ")");
    }
    if (read.healthyDeadline().compareTo(read.progressDeadline()) >= 0) {
      roll.refuse(
          roll.has("healthy_deadline") ? "healthy_deadline" : "progress_deadline",
          "healthy_deadline ("
              + Units.text(read.healthyDeadline())
              + ") must be shorter than progress_deadline ("
              + Units.text(read.progressDeadline())
              + ")");
    }
    roll.refuseOthers();
    return read;
  }

  private static RestartConfig restart(Section restart) {
    RestartConfig defaults = RestartConfig.DEFAULT;
    RestartConfig read =
        new RestartConfig(
            restart.whole("max_restarts", defaults.maxRestarts(), 1, 10_000),
            restart.duration("restart_window", defaults.restartWindow(), BLINK),
            restart.duration("backoff_min", defaults.backoffMin(), BLINK),
            restart.duration("backoff_max", defaults.backoffMax(), BLINK),
            restart.duration("cooldown", defaults.cooldown(), BLINK),
            restart.has("max_memory")
                ? Optional.of(restart.size("max_memory", 0, 1 << 20, 1L << 50))
                : Optional.empty(),
            restart.has("max_lifetime")
                ? Optional.of(restart.duration("max_lifetime", INSTANT, Duration.ofSeconds(1)))
                : Optional.empty());
    if (read.backoffMin().compareTo(read.backoffMax()) > 0) {
      restart.refuse(
          restart.has("backoff_min") ? "backoff_min" : "backoff_max",
          "backoff_min ("
              + Units.text(read.backoffMin())
              + ") must not be longer than backoff_max ("
              + Units.text(read.backoffMax())
              + ")");
    }
    restart.refuseOthers();
    return read;
  }

  private static TrustConfig trust(Section trust) {
    Optional<List<String>> require = trust.texts("require", "[\"1 of ci@web\"]");
    if (!trust.has("require")) {
      trust.missing(
          "require",
          "require = [\"1 of ci@web\"] under [trust]: who of allowed_signers must have signed a release");
    }
    require.ifPresent(lines -> checkRequire(trust, lines));
    String target = trust.text("target", "required");
    if (!target.equals("required") && !target.equals("optional")) {
      trust.refuse("target", "must be \"required\" or \"optional\"");
    }
    if (!trust.text("unsigned", "never").equals("never")) {
      trust.refuse("unsigned", "must be \"never\": nothing is accepted without signatures");
    }
    TrustConfig read =
        new TrustConfig(
            require.orElse(List.of()),
            trust.text("env", "prod"),
            trust.duration("max_age", Duration.ofDays(7), Duration.ofSeconds(1)),
            trust.duration("skew", Duration.ofMinutes(5), INSTANT),
            trust.whole("max_step", 1_000_000_000L, 1, 1L << 53),
            target.equals("optional"));
    trust.refuseOthers();
    return read;
  }

  private static void checkRequire(Section trust, List<String> lines) {
    for (String line : lines) {
      try {
        TrustPolicy.parse(List.of(line));
      } catch (Rejected e) {
        trust.refuse("require", e.detail());
      }
    }
  }

  private static LogConfig log(Section log) {
    LogConfig defaults = LogConfig.DEFAULT;
    LogConfig read =
        new LogConfig(
            log.size("max_size", defaults.maxBytes(), 4 << 10, 1L << 40),
            log.whole("keep", defaults.keep(), 0, 1_000));
    log.refuseOthers();
    return read;
  }
}
