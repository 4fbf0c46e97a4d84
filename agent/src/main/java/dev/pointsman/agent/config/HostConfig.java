package dev.pointsman.agent.config;

import java.nio.file.Path;
import java.util.List;
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
    List<AppConfig> apps) {
  public HostConfig {
    apps = List.copyOf(apps);
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

  /** A TCP address. */
  public record Endpoint(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
