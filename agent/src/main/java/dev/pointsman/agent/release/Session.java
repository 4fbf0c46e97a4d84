package dev.pointsman.agent.release;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The upload session of one release: the private directory {@code incoming/<app>.<release>} with
 * what was trusted and what was verified so far. All of its state is on disk, so it survives the
 * agent; none of it is synced, because what is lost is only sent again.
 *
 * <p>The session is open when {@code release.json} is there, which is written last. Whoever uses it
 * sees to it that nobody else does.
 */
public final class Session {
  /** How long an idle session is kept. */
  public static final Duration LIFETIME = Duration.ofHours(24);

  static final String BLOBS = "blobs";
  static final String PART = ".part";
  private static final String SIGNATURE = ".sig";

  private final Path directory;

  Session(Path directory) {
    this.directory = directory;
  }

  /** Whether an envelope was accepted, and content may come. */
  public boolean isOpen() {
    return Files.isRegularFile(manifest(), LinkOption.NOFOLLOW_LINKS);
  }

  /** Begins anew with nothing but the directory. */
  public void create() throws IOException {
    delete();
    Modes.createDirectory(directory, Modes.PRIVATE);
    Modes.createDirectory(directory.resolve(BLOBS), Modes.PRIVATE);
  }

  /** Opens it: the list is here, and this is what was signed. May be repeated. */
  public void open(BundleHead head) throws IOException {
    for (Path signature : signatures()) {
      Files.delete(signature);
    }
    for (Map.Entry<String, byte[]> signature : head.signatures().entrySet()) {
      Files.write(directory.resolve(signature.getKey()), signature.getValue());
    }
    Path next = directory.resolve("release.json.new");
    Files.write(next, head.manifest());
    Files.move(next, manifest(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The envelope that opened it. */
  public BundleHead head() throws IOException {
    Map<String, byte[]> signed = new LinkedHashMap<>();
    for (Path signature : signatures()) {
      signed.put(signature.getFileName().toString(), Files.readAllBytes(signature));
    }
    return new BundleHead(manifestBytes(), signed);
  }

  /** SHA-256 of the manifest that opened it, hex. */
  public String digest() throws IOException {
    return Sha256.of(manifestBytes());
  }

  private byte[] manifestBytes() throws IOException {
    if (Files.size(manifest()) > Manifest.MAX_BYTES) {
      throw new IOException(manifest() + " is larger than any manifest that was accepted");
    }
    return Files.readAllBytes(manifest());
  }

  private List<Path> signatures() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(SIGNATURE)).sorted().toList();
    }
  }

  /** The file list that was signed for. */
  public Path list() {
    return directory.resolve(Evidence.LIST);
  }

  /** A tree to be grown in this session; what was left of an earlier one goes. */
  public Staging stage(Instant created, ByteBuffer buffer) throws IOException {
    return new Staging(directory, created, buffer);
  }

  /** Writes a file of the session itself; {@code buffer} is direct and lent until it is closed. */
  public NewFile createFile(Path file, ByteBuffer buffer) throws IOException {
    return new NewFile(file, buffer);
  }

  /** Goes on with a file that {@link #createFile} began, however long ago. */
  public NewFile resumeFile(Path file, ByteBuffer buffer) throws IOException {
    return NewFile.resume(file, buffer);
  }

  /** Where verified content of {@code key} is or would be. */
  public Path blob(BlobKey key) {
    return directory.resolve(BLOBS).resolve(key.name());
  }

  /** Whether no content is here at all. */
  public boolean isEmpty() throws IOException {
    try (Stream<Path> blobs = Files.list(directory.resolve(BLOBS))) {
      return blobs.findAny().isEmpty();
    }
  }

  /** Whether verified content of {@code key} is here. */
  public boolean holds(BlobKey key, long size) throws IOException {
    try {
      PosixFileAttributes is =
          Files.readAttributes(blob(key), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return is.isRegularFile()
          && is.size() == size
          && is.permissions().equals(Modes.ofFile(key.executable()));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Where the beginning of {@code key}'s content is kept until the rest has come. */
  public Path part(BlobKey key) {
    return directory.resolve(BLOBS).resolve(key.name() + PART);
  }

  /** Notes that it is in use. */
  public void touch(Instant now) throws IOException {
    Files.setLastModifiedTime(manifest(), FileTime.from(now));
  }

  /** When it is given up, if nobody uses it before. */
  public Instant expires() throws IOException {
    return Files.getLastModifiedTime(manifest(), LinkOption.NOFOLLOW_LINKS)
        .toInstant()
        .plus(LIFETIME);
  }

  /** Deletes it with all that is in it. */
  public void delete() throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path garbage = directory.resolveSibling(Layout.GARBAGE + directory.getFileName());
    Deletion.delete(garbage);
    try {
      Files.move(directory, garbage, StandardCopyOption.ATOMIC_MOVE); // Half of it is no session.
    } catch (IOException e) {
      // A full disk may have no room for another name: in place, then, what opens it first.
      Files.deleteIfExists(manifest());
      Deletion.delete(directory);
      return;
    }
    Deletion.delete(garbage);
  }

  Path directory() {
    return directory;
  }

  private Path manifest() {
    return directory.resolve(BundleReader.MANIFEST);
  }
}
