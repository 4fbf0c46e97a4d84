package dev.pointsman.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this host says of itself.
 *
 * @param name the default of {@code name}
 * @param platform as {@code linux/amd64}
 */
public record HostFacts(String name, String platform) {
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

  /** Asks the kernel and the runtime. */
  public static HostFacts ofThisHost() throws IOException {
    return new HostFacts(
        Files.readString(HOSTNAME).strip(), "linux/" + architecture(System.getProperty("os.arch")));
  }

  /** The name that manifests use for what the runtime calls {@code arch}. */
  static String architecture(String arch) {
    return switch (arch) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> arch;
    };
  }
}
