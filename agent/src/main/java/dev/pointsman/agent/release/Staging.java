package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * The private directory of one upload, where its release grows until it is published. Only the
 * agent can enter it; paths must have passed the rules of a tree, and links come last, so nothing
 * is ever written through one. Closing deletes whatever was not published. One thread.
 */
public final class Staging implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final Path directory;
  private final Path tree;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final Set<String> directories = new HashSet<>();
  private FileTime modified = FileTime.from(Instant.EPOCH);
  private long newBytes;

  /** Creates {@code directory}, which must not exist. */
  Staging(Path directory) throws IOException {
    this.directory = directory;
    this.tree = directory.resolve("tree");
    Modes.createDirectory(directory, Modes.PRIVATE);
    try {
      Modes.createDirectory(tree, Modes.DIRECTORY);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Every file created from now on was modified at this moment: the manifest's {@code created}. */
  public void modifiedAt(Instant created) {
    modified = FileTime.from(created);
  }

  /** Where a file of the upload that is not part of the tree may be kept. */
  public Path spool(String name) {
    return directory.resolve(name);
  }

  /** Creates a file beside the tree. */
  public NewFile createSpool(String name) throws IOException {
    return new NewFile(spool(name), buffer);
  }

  /** The file list of this upload; it must be there when the release is published. */
  public Path list() {
    return spool("files.lst");
  }

  /** Creates a file of the tree; {@link #settle} must follow when it is closed. */
  public NewFile createFile(String path) throws Rejected, IOException {
    Path file = place(path);
    try {
      return new NewFile(file, buffer);
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    }
  }

  /** Makes a closed file what it is to be from now on. */
  public void settle(NewFile file, boolean executable) throws IOException {
    file.settle(Modes.ofFile(executable), modified);
    newBytes += file.size();
  }

  /** A file of the tree with content and mode of an earlier one. */
  public void linkFile(String path, String existing) throws Rejected, IOException {
    Path file = place(path);
    try {
      Files.createLink(file, resolve(existing));
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    } catch (FileSystemException | UnsupportedOperationException e) {
      copyFile(path, existing, Files.isExecutable(resolve(existing)));
    }
  }

  /** A file of the tree with the content of an earlier one and a mode of its own. */
  public void copyFile(String path, String existing, boolean executable)
      throws Rejected, IOException {
    byte[] bytes = new byte[BUFFER];
    NewFile file = createFile(path);
    try (file;
        var in = Files.newInputStream(resolve(existing))) {
      for (int count; (count = in.read(bytes)) >= 0; ) {
        file.write(bytes, 0, count);
      }
    }
    settle(file, executable);
  }

  /** Adds what is not a file: empty directories, then links. Nothing can be added afterwards. */
  public void finish(ReleaseTree complete) throws Rejected, IOException {
    for (TreeEntry.EmptyDirectory empty : complete.emptyDirectories()) {
      makeDirectories(empty.path());
    }
    for (TreeEntry.Link link : complete.links()) {
      try {
        Files.createSymbolicLink(place(link.path()), expressible(link.target()));
      } catch (FileAlreadyExistsException e) {
        throw collision(link.path(), e);
      }
    }
  }

  /** Bytes of content written for the tree. */
  public long newBytes() {
    return newBytes;
  }

  /** Deletes everything that is still here. */
  @Override
  public void close() throws IOException {
    Deletion.delete(directory);
  }

  Path directory() {
    return directory;
  }

  Path tree() {
    return tree;
  }

  private Path place(String path) throws Rejected, IOException {
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      makeDirectories(path.substring(0, slash));
    }
    return resolve(path);
  }

  private void makeDirectories(String path) throws Rejected, IOException {
    if (directories.contains(path)) {
      return;
    }
    Path made = place(path);
    try {
      Modes.createDirectory(made, Modes.DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    }
    directories.add(path);
  }

  private Path resolve(String path) throws IOException {
    return tree.resolve(expressible(path));
  }

  private static Path expressible(String path) throws IOException {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw new IOException(
          "the agent's locale cannot express '"
              + PathRules.printable(path)
              + "': run it with LC_ALL=C.UTF-8",
          e);
    }
  }

  /** Names that differ for us and are one to the file system: it ignores case or Unicode form. */
  private static Rejected collision(String path, IOException cause) {
    Rejected rejected =
        new Rejected(
            ErrorCode.PATH_COLLISION,
            "The file system takes this path and another one for the same.",
            PathRules.printable(path));
    rejected.initCause(cause);
    return rejected;
  }
}
