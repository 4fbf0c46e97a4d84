package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.config.AppConfig.RestartConfig;
import dev.pointsman.agent.config.AppConfig.RollConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.GateConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.protocol.bundle.AppName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configurations for tests: quick where nothing is to be waited for, patient where it is. */
final class Configs {
  private Configs() {}

  static AppConfig app() {
    return app(roll(Duration.ofSeconds(20), Duration.ofSeconds(20)), Duration.ofMillis(50));
  }

  static RollConfig roll(Duration healthyDeadline, Duration progressDeadline) {
    return roll(healthyDeadline, progressDeadline, Duration.ofSeconds(10));
  }

  static RollConfig roll(
      Duration healthyDeadline, Duration progressDeadline, Duration killTimeout) {
    return new RollConfig(
        healthyDeadline,
        Duration.ZERO,
        1,
        progressDeadline,
        Duration.ofSeconds(10),
        Duration.ofMillis(200),
        killTimeout,
        "SIGTERM",
        false,
        true);
  }

  /** Where the file says that workers are ready when they say so, or when they listen. */
  static AppConfig waiting(boolean waitReady) {
    return app(
        new RollConfig(
            Duration.ofSeconds(20),
            Duration.ZERO,
            1,
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ofMillis(200),
            Duration.ofSeconds(10),
            "SIGTERM",
            waitReady,
            true),
        Duration.ofMillis(50));
  }

  static AppConfig app(RollConfig roll, Duration probeInterval) {
    return app(roll, probeInterval, Optional.empty(), Optional.empty());
  }

  static AppConfig app(
      RollConfig roll,
      Duration probeInterval,
      Optional<Long> maxMemory,
      Optional<Duration> maxLifetime) {
    return app(roll, probeInterval, Duration.ofSeconds(60), maxMemory, maxLifetime);
  }

  static AppConfig app(
      RollConfig roll,
      Duration probeInterval,
      Duration cooldown,
      Optional<Long> maxMemory,
      Optional<Duration> maxLifetime) {
    return new AppConfig(
        new AppName("web"),
        List.of(new Endpoint("127.0.0.1", 0)),
        128,
        2,
        AppConfig.ScaleConfig.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        new HealthConfig(
            Optional.empty(), probeInterval, Duration.ofSeconds(2), 3, Duration.ofSeconds(30)),
        GateConfig.DEFAULT,
        roll,
        new RestartConfig(
            3,
            Duration.ofSeconds(60),
            Duration.ofMillis(10),
            Duration.ofMillis(50),
            cooldown,
            maxMemory,
            maxLifetime),
        AppConfig.ResourcesConfig.NONE,
        Optional.empty(),
        new TrustConfig(
            List.of("1 of ci"), "prod", Duration.ofDays(7), Duration.ofMinutes(5), 1000, true),
        new LogConfig(64 << 10, 2),
        5,
        3);
  }
}
