package dev.pointsman.agent.pack;

import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.Manifest;
import java.nio.file.Path;
import java.util.List;

/**
 * What to pack.
 *
 * @param manifest all that release.json will say, but for the digests
 * @param tree the directory whose content is the release
 * @param excluded globs of what to leave out: one without a slash for a name anywhere, one with a
 *     slash for a path from the top
 * @param format of the payload
 * @param output the bundle directory to make; must not exist, or be empty
 * @param payload whether to write the content too; without it the bundle can only be pushed beside
 *     its tree
 */
public record PackRequest(
    Manifest manifest,
    Path tree,
    List<String> excluded,
    Compression format,
    Path output,
    boolean payload) {
  public PackRequest {
    excluded = List.copyOf(excluded);
  }

  /** With a payload. */
  public PackRequest(
      Manifest manifest, Path tree, List<String> excluded, Compression format, Path output) {
    this(manifest, tree, excluded, format, output, true);
  }

  /** With a payload that is compressed as usual. */
  public PackRequest(Manifest manifest, Path tree, List<String> excluded, Path output) {
    this(manifest, tree, excluded, Compression.GZIP, output, true);
  }
}
