package dev.pointsman.agent.pack;

import dev.pointsman.protocol.bundle.Manifest;
import java.nio.file.Path;
import java.util.List;

/**
 * A bundle directory that was made.
 *
 * @param manifest what its release.json says
 * @param warnings what is legal but probably not meant, one sentence each
 */
public record Packed(Path directory, Manifest manifest, List<String> warnings) {
  public Packed {
    warnings = List.copyOf(warnings);
  }
}
