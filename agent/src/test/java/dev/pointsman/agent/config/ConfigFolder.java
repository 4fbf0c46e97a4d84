package dev.pointsman.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with a configuration in it. */
final class ConfigFolder {
  static final HostFacts FACTS = new HostFacts("host-1", "linux/amd64");

  private final Path folder;

  /** The least that is valid: a host file, trusted signers, no app. */
  ConfigFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("apps.d"));
    write("allowed_signers", "");
    write("agent.toml", "");
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  ConfigFolder write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
    return this;
  }

  HostConfig read() throws ConfigInvalid {
    return ConfigReader.read(folder.resolve("agent.toml"), FACTS);
  }

  /** What reading says, with the folder's own path taken out; empty where it is all right. */
  String complaint() {
    try {
      read();
      return "";
    } catch (ConfigInvalid e) {
      return e.getMessage().replace(folder + "/", "");
    }
  }
}
