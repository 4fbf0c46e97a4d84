package dev.pointsman.agent.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What {@code package.json} says of scripts and programs. */
record PackageJson(Path file, JsonNode root) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LARGEST = 1 << 20;

  /** The one in this directory; empty where there is none. */
  static Optional<PackageJson> in(Path directory) throws Rejected, IOException {
    Path file = directory.resolve("package.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    if (Files.size(file) > LARGEST) {
      throw new Rejected(ErrorCode.COMMAND_INVALID, file + " is larger than 1 MiB");
    }
    try {
      return Optional.of(new PackageJson(file, JSON.readTree(Files.readAllBytes(file))));
    } catch (JsonProcessingException e) {
      throw new Rejected(
          ErrorCode.COMMAND_INVALID, file + " is not JSON: " + e.getOriginalMessage());
    }
  }

  /** The script of this name. */
  Optional<String> script(String name) {
    return text(root.path("scripts").path(name));
  }

  /** The file of the program {@code name}, relative to the package. */
  Optional<String> program(String name) {
    JsonNode bin = root.path("bin");
    return bin.isTextual() ? text(bin) : text(bin.path(name));
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }
}
