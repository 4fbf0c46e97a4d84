package dev.pointsman.agent.pack;

import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.StreamRefused;
import dev.pointsman.protocol.bundle.StrictGzip;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory that holds a bundle's members: {@code release.json}, {@code release.json.sig} and
 * {@code release.json.NAME.sig}, {@code files.lst[.gz]}, {@code payload.tar[.gz|.zst]}. Other files
 * in it are left alone.
 */
public final class BundleDirectory {
  /** The statement that is signed. */
  public static final String MANIFEST = BundleReader.MANIFEST;

  /** The most that one signature may have. */
  public static final int MAX_SIGNATURE_BYTES = 8 << 10;

  static final String LIST = "files.lst.gz";

  private final Manifest manifest;
  private final List<Path> members;

  private BundleDirectory(Manifest manifest, List<Path> members) {
    this.manifest = manifest;
    this.members = List.copyOf(members);
  }

  /**
   * Opens {@code directory}.
   *
   * @throws Rejected where the manifest is none, or where it is not signed
   */
  public static BundleDirectory open(Path directory) throws Rejected, IOException {
    Path file = directory.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          directory
              + " is no bundle: there is no "
              + MANIFEST
              + " in it ('pointsman pack' makes one)");
    }
    List<Path> signatures = signatures(directory);
    if (signatures.isEmpty()) {
      throw new Rejected(
          ErrorCode.SIG_MISSING, "The bundle is not signed.", directory + "/" + MANIFEST + ".sig");
    }
    return new BundleDirectory(Manifest.parse(read(file)), members(directory, signatures));
  }

  /** The bundle in {@code directory} as it would be sent, whatever is wrong with it. */
  public static OuterTar plain(Path directory) throws IOException {
    return OuterTar.of(members(directory, signatures(directory)));
  }

  private static List<Path> members(Path directory, List<Path> signatures) {
    List<Path> members = new ArrayList<>();
    members.add(directory.resolve(MANIFEST));
    members.addAll(signatures);
    first(directory, members, LIST, "files.lst");
    first(directory, members, "payload.tar.gz", "payload.tar.zst", "payload.tar");
    return members;
  }

  private static byte[] read(Path manifest) throws IOException {
    try (InputStream in = Files.newInputStream(manifest)) {
      return in.readNBytes(Manifest.MAX_BYTES + 1);
    }
  }

  /** The signatures in {@code directory}, by name. */
  public static List<Path> signatures(Path directory) throws IOException {
    List<Path> signatures = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, MANIFEST + "*.sig")) {
      found.forEach(signatures::add);
    }
    signatures.sort(null);
    return signatures;
  }

  private static void first(Path directory, List<Path> members, String... names) {
    for (String name : names) {
      if (Files.isRegularFile(directory.resolve(name))) {
        members.add(directory.resolve(name));
        return;
      }
    }
  }

  /** What release.json says. */
  public Manifest manifest() {
    return manifest;
  }

  /** The bundle without its content: what an agent says of it is what it still needs. */
  public OuterTar envelope() throws IOException {
    return OuterTar.of(members.stream().filter(file -> !isPayload(file)).toList());
  }

  /** The file with the content, where there is one. */
  public Optional<Path> payload() {
    return members.stream().filter(BundleDirectory::isPayload).findFirst();
  }

  /** The files that the manifest's list names; empty where the bundle has no list. */
  public Optional<ReleaseTree> list() throws Rejected, IOException {
    Optional<Path> file = members.stream().filter(BundleDirectory::isList).findFirst();
    if (file.isEmpty() || manifest.tree().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(read(file.get(), manifest.tree().get().size()));
  }

  /** Beside the heap: a list may be as large as the heap of a small process. */
  private static ReleaseTree read(Path list, long most) throws Rejected, IOException {
    Path plain = Files.createTempFile("pointsman-files", ".lst");
    try (InputStream raw = Files.newInputStream(list);
        InputStream in =
            list.toString().endsWith(".gz")
                ? new StrictGzip(raw, most, ErrorCode.LIMIT_LIST)
                : raw;
        OutputStream out = Files.newOutputStream(plain)) {
      in.transferTo(out);
      return FileList.read(MappedFile.of(plain), TreeScan.LIMITS);
    } catch (StreamRefused e) {
      throw e.rejected();
    } finally {
      Files.delete(plain); // Its bytes stay as long as the tree does.
    }
  }

  private static boolean isPayload(Path file) {
    return file.getFileName().toString().startsWith("payload.");
  }

  private static boolean isList(Path file) {
    return file.getFileName().toString().startsWith("files.");
  }

  /** The whole bundle as it is sent. */
  public OuterTar tar() throws IOException {
    return OuterTar.of(members);
  }
}
