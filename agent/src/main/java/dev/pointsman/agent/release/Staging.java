package dev.pointsman.agent.release;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Stamp;
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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a session, where its release grows until it is published. Only the agent can enter
 * the directory; paths must have passed the rules of a tree, and links come last, so nothing is
 * ever written through one. Closing deletes whatever was not published. One thread.
 */
public final class Staging implements AutoCloseable {
  static final String TREE = "tree";
  static final String META = "meta";
  static final String PAYLOAD = "payload";
  static final String ENTRIES = "entries";
  private static final String SPARE = "spare";
  private static final String BEGUN = "begun";

  /** What {@link #close} leaves nothing of. */
  static final List<String> OWN = List.of(TREE, META, PAYLOAD, ENTRIES, SPARE, BEGUN);

  private final Path directory;
  private final Path tree;
  private final Instant created;
  private final ByteBuffer buffer;
  private final Set<String> directories = new HashSet<>();
  private final BitSet numbered = new BitSet();
  private @Nullable ReleaseTree known;
  private @Nullable String last;
  private long newBytes;

  /**
   * Begins a tree in the session's {@code directory}.
   *
   * @param created the manifest's, for the time of every new file
   * @param buffer direct, and lent until it is closed
   */
  Staging(Path directory, Instant created, ByteBuffer buffer) throws IOException {
    this.directory = directory;
    this.tree = directory.resolve(TREE);
    this.created = created;
    this.buffer = buffer;
    close();
    Modes.createDirectory(tree, Modes.DIRECTORY);
  }

  /** What grows here is {@code tree}, which knows its directories by number. */
  public void grow(ReleaseTree growing) {
    known = growing;
  }

  /** Where the payload is kept while it is not trusted. */
  public Path payload() {
    return directory.resolve(PAYLOAD);
  }

  /** Creates {@link #payload}. */
  public NewFile createPayload() throws IOException {
    return new NewFile(payload(), buffer);
  }

  /** Where the entries of an archive are kept until their list is written. */
  public Path entries() {
    return directory.resolve(ENTRIES);
  }

  /** The file list of the session; it must be there when the release is published. */
  public Path list() {
    return directory.resolve(Evidence.LIST);
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
    file.settle(executable, created);
    newBytes += file.size();
  }

  /** Where a file of the tree belongs; its directory is there. */
  public Path place(String path) throws Rejected, IOException {
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      makeDirectories(path.substring(0, slash));
    }
    return resolve(path);
  }

  /** Takes verified content of the session into the tree. */
  public void moveFile(Path blob, String path) throws Rejected, IOException {
    Path file = place(path);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // Renaming would replace it.
      throw collision(path, new FileAlreadyExistsException(file.toString()));
    }
    Files.move(blob, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes a file out of the tree again. */
  public void takeBack(String path, Path blob) throws IOException {
    Files.move(resolve(path), blob, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A file of the tree with content and mode of an earlier one. */
  public void linkFile(String path, String existing) throws Rejected, IOException {
    Path file = place(path);
    Path from = resolve(existing);
    try {
      Files.createLink(file, from);
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    } catch (FileSystemException | UnsupportedOperationException e) {
      // It has as many links as it can, for one.
      copy(path, from, Files.isExecutable(from), Files.getLastModifiedTime(from));
    }
  }

  /** A file of the tree with the content of {@code existing} and the mode of {@code key}. */
  public void copyFile(String path, Path existing, BlobKey key) throws Rejected, IOException {
    copy(path, existing, key.executable(), Stamp.of(created, key.sha256()));
  }

  private void copy(String path, Path existing, boolean executable, FileTime modified)
      throws Rejected, IOException {
    Path file = place(path);
    try {
      Files.copy(existing, file);
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    }
    Modes.settle(file, executable, modified);
    newBytes += Files.size(file);
  }

  /**
   * Goes on with the tree of an old release instead, where {@code store} has a spare one: what it
   * has in common with {@code next} stays, what is {@code placed} here already comes over.
   *
   * @return the files that are in place because of it
   */
  public BitSet recycle(ReleaseStore store, ReleaseTree next, BitSet placed)
      throws Rejected, IOException {
    Path spare = directory.resolve(SPARE);
    Optional<ReleaseTree> was = store.takeSpare(spare);
    if (was.isEmpty()) {
      return new BitSet();
    }
    Set<String> stay = new HashSet<>();
    BitSet kept = new Recycling(was.get(), next, stay::add).run(spare);
    Path begun = directory.resolve(BEGUN);
    Files.move(tree, begun, StandardCopyOption.ATOMIC_MOVE);
    Files.move(spare, tree, StandardCopyOption.ATOMIC_MOVE);
    directories.clear();
    directories.addAll(stay);
    for (int i = placed.nextSetBit(0); i >= 0; i = placed.nextSetBit(i + 1)) {
      String path = next.files().get(i).path();
      Files.move(begun.resolve(path), place(path), StandardCopyOption.ATOMIC_MOVE);
    }
    Deletion.delete(begun);
    kept.andNot(placed);
    return kept;
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
    for (String own : OWN) {
      Deletion.delete(directory.resolve(own));
    }
  }

  /** The session's directory. */
  Path directory() {
    return directory;
  }

  Path tree() {
    return tree;
  }

  private void makeDirectories(String path) throws Rejected, IOException {
    if (path.equals(last)) { // Files mostly come by directory.
      return;
    }
    last = path;
    if (isMade(path)) {
      return;
    }
    Path made = place(path);
    try {
      Modes.createDirectory(made, Modes.DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      throw collision(path, e);
    }
    note(path);
  }

  private boolean isMade(String path) {
    return known == null ? directories.contains(path) : numbered.get(known.indexOfDirectory(path));
  }

  private void note(String path) {
    if (known == null) {
      directories.add(path);
    } else {
      numbered.set(known.indexOfDirectory(path));
    }
  }

  /** The file of the tree at {@code path}. */
  public Path resolve(String path) throws IOException {
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
