package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.Rejected;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code release.json}: what is released, for whom, and the digests that all content is checked
 * against. The exact bytes of the file are what is signed; this is what they say.
 *
 * <p>A manifest that came out of {@link #parse} keeps every rule of the format. One that is built
 * by hand keeps them if {@code parse(toJson())} takes it, which is how the packer checks its input.
 *
 * @param sequence grows from release to release of an app; what stops old ones from coming back
 * @param created when it was built; also the modification time of its files
 * @param expires after this moment nobody accepts it any more
 * @param target where it may go; without one, only hosts that say so accept it
 * @param tree the file list, where there is one; the tree or the archive, or both, are given
 * @param archive the payload as one archive
 * @param hooks names of commands that the host's configuration defines
 * @param schema the database schemas it gets on with
 * @param process defaults for the worker, which the host's app file may override
 * @param meta free form, never interpreted: one JSON object, compact
 */
public record Manifest(
    AppName app,
    ReleaseId release,
    long sequence,
    Instant created,
    Optional<Instant> expires,
    Optional<Target> target,
    Optional<Tree> tree,
    Optional<Archive> archive,
    List<String> hooks,
    Optional<Schema> schema,
    Optional<ProcessDefaults> process,
    Optional<String> meta) {

  /** The value of {@code type}. */
  public static final String TYPE = "pointsman.release/1";

  /** The largest {@code release.json}, bytes. */
  public static final int MAX_BYTES = 64 << 10;

  /** The largest {@code meta}, bytes of its compact form. */
  public static final int MAX_META_BYTES = 4 << 10;

  /** The largest integer anywhere: what every JSON reader holds exactly. */
  public static final long MAX_INTEGER = (1L << 53) - 1;

  public Manifest {
    hooks = List.copyOf(hooks);
  }

  /**
   * Reads {@code release.json}. To be called with the very bytes whose signatures were checked, and
   * after that.
   *
   * @throws Rejected with {@code json.*}, {@code path.*} (in {@code process}), {@code hook.unknown}
   *     or {@code limit.bundle}; the entry is the key to blame, as {@code tree.sha256}
   */
  public static Manifest parse(byte[] json) throws Rejected {
    return ManifestReader.read(json);
  }

  /** The bytes of {@code release.json}: indented, keys in the order of the format, one last LF. */
  public byte[] toJson() {
    return ManifestWriter.write(this);
  }

  /** The value for {@link #meta} that says {@code facts}; nothing where there are none. */
  public static Optional<String> metaOf(Map<String, String> facts) {
    return facts.isEmpty() ? Optional.empty() : Optional.of(ManifestWriter.compact(facts));
  }

  /**
   * Where a release may go.
   *
   * @param env environments; the host's must be among them
   * @param hosts globs, of which one must match the host's name; empty: any host
   * @param platform as {@code linux/amd64}
   */
  public record Target(List<String> env, List<String> hosts, Optional<String> platform) {
    public Target {
      env = List.copyOf(env);
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * The file list, {@code files.lst}, and what it adds up to.
   *
   * @param sha256 of the list, 64 lower-case hex digits
   * @param size of the list, bytes
   * @param bytes of all files together
   */
  public record Tree(String sha256, long size, int files, int links, long bytes) {}

  /**
   * The payload as one archive.
   *
   * @param sha256 of the archive as it is sent, 64 lower-case hex digits
   * @param size of the archive as it is sent, bytes
   * @param format {@code tar} or {@code tar.gz}
   * @param bytes of all files together, unpacked
   */
  public record Archive(String sha256, long size, String format, int files, long bytes) {}

  /**
   * Database schemas.
   *
   * @param requiresFrom the oldest schema that this release can work with
   * @param requiresTo the newest one
   * @param provides the schema that its migration leaves behind
   */
  public record Schema(long requiresFrom, long requiresTo, long provides) {}

  /**
   * Defaults for the worker. Every path is relative and stays inside the release.
   *
   * @param command the program, by name or by a path in the release, and its arguments
   * @param workingDirectory in the release
   * @param healthPath the path of the probe, as {@code /health}
   * @param publicDirectory what the web server publishes, in the release
   * @param assets the part of {@code publicDirectory} whose names carry a hash, relative to it
   */
  public record ProcessDefaults(
      Optional<List<String>> command,
      Optional<String> workingDirectory,
      Optional<String> healthPath,
      Optional<String> publicDirectory,
      Optional<String> assets) {
    public ProcessDefaults {
      command = command.map(List::copyOf);
    }
  }
}
