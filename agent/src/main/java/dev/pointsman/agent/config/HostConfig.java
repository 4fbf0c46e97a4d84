package dev.pointsman.agent.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The host's file.
 *
 * @param name what {@code target.hosts} of a manifest is matched against
 * @param platform what {@code target.platform} is matched against, as {@code linux/amd64}
 * @param root state: releases, journals, receipts
 * @param run sockets and handles of living workers; gone after a reboot
 * @param http the API
 * @param trust who may sign
 * @param limits bounds on uploads
 * @param store how content is kept
 * @param pull where bundles may be fetched from
 * @param apps by name
 */
public record HostConfig(
    String name,
    String platform,
    Path root,
    Path run,
    HttpConfig http,
    SignersConfig trust,
    LimitsConfig limits,
    StoreConfig store,
    PullConfig pull,
    List<AppConfig> apps) {
  public HostConfig {
    apps = List.copyOf(apps);
  }

  /** One that fetches nothing. */
  public HostConfig(
      String name,
      String platform,
      Path root,
      Path run,
      HttpConfig http,
      SignersConfig trust,
      LimitsConfig limits,
      StoreConfig store,
      List<AppConfig> apps) {
    this(name, platform, root, run, http, trust, limits, store, PullConfig.OFF, apps);
  }

  /**
   * Where bundles may be fetched from.
   *
   * @param hosts none: nothing is fetched
   * @param credentials file with what to show to which host
   * @param ca file with the certificates that are trusted instead of Java's own
   */
  public record PullConfig(List<PullHost> hosts, Optional<Path> credentials, Optional<Path> ca) {
    /** Nothing is fetched. */
    public static final PullConfig OFF =
        new PullConfig(List.of(), Optional.empty(), Optional.empty());

    public PullConfig {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * The API.
   *
   * @param socket the unix socket
   * @param listen loopback TCP, where wanted
   * @param tokens file of hashed bearer tokens
   */
  public record HttpConfig(Path socket, Optional<Endpoint> listen, Optional<Path> tokens) {}

  /**
   * Trust files.
   *
   * @param allowedSigners OpenSSH's format
   * @param revoked keys and fingerprints that are never trusted
   */
  public record SignersConfig(Path allowedSigners, Optional<Path> revoked) {}

  /** Bounds on uploads; bytes and counts. */
  public record LimitsConfig(
      long listBytes,
      int entries,
      long fileBytes,
      long treeBytes,
      int links,
      int uploads,
      int uploadsPerApp) {
    /** The defaults of docs/bundle.md. */
    public static final LimitsConfig DEFAULT =
        new LimitsConfig(64L << 20, 250_000, 2L << 30, 4L << 30, 10_000, 8, 2);
  }

  /** How writes reach the disk. */
  public enum DurabilityMode {
    /** All of the file system at once. */
    SYNCFS,
    /** Each file by itself. */
    FSYNC;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How content is kept.
   *
   * @param allowFilesystem a kind of file system that is used though it cannot keep what is
   *     promised
   * @param grace how long content stays that no release uses
   * @param lowSpace percent of the disk; below, what can be spared goes at once. Zero: never
   * @param scrubInterval how often all content is read again; zero: never
   * @param scrubRate bytes per second while it is
   */
  public record StoreConfig(
      DurabilityMode durability,
      Optional<String> allowFilesystem,
      Duration grace,
      int lowSpace,
      Duration scrubInterval,
      long scrubRate) {
    /** The defaults of docs/configuration.md. */
    public static final StoreConfig DEFAULT =
        new StoreConfig(
            DurabilityMode.SYNCFS,
            Optional.empty(),
            Duration.ofHours(24),
            10,
            Duration.ofDays(7),
            32L << 20);
  }

  /** A TCP address. */
  public record Endpoint(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
