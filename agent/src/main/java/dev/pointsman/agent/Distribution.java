package dev.pointsman.agent;

import dev.pointsman.agent.journal.DiskJson;
import dev.pointsman.agent.listen.HandoverMain;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that this program was started from: {@code bin}, {@code lib}, {@code preload}.
 *
 * @param home that folder
 */
record Distribution(Path home) {
  /** Names another folder than the one of the program's own jar. */
  static final String HOME_PROPERTY = "pointsman.home";

  /** The distribution that this program belongs to. */
  static Distribution find() throws IOException {
    String named = System.getProperty(HOME_PROPERTY);
    if (named != null) {
      return new Distribution(Path.of(named));
    }
    try {
      Path jar =
          Path.of(AgentMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path library = jar.getParent();
      if (library == null || library.getParent() == null) {
        throw new IOException("the program lies at " + jar + ", where no distribution can be");
      }
      return new Distribution(library.getParent());
    } catch (URISyntaxException e) {
      throw new IOException("cannot tell where the program lies", e);
    }
  }

  /** The file that Node workers load first. */
  Path preload() throws IOException {
    Path preload = home.resolve("preload").resolve("pointsman-preload.cjs");
    if (!Files.isReadable(preload)) {
      throw new IOException(
          preload
              + " is missing or cannot be read: the installation is incomplete, install it again");
    }
    return preload;
  }

  /** What starts it. */
  Path program() {
    return home.resolve("bin").resolve("pointsman");
  }

  /** The version, as the jar's manifest says. */
  static String version() {
    String version = AgentMain.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** The command by which a worker sends its socket back, as a JSON array. */
  static String handover() throws IOException {
    return DiskJson.mapper().writeValueAsString(HandoverMain.command());
  }
}
