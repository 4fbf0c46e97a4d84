package dev.pointsman.agent.crash;

import static dev.pointsman.agent.crash.RecordedFileSystem.unwrap;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Does on the default file system what it is asked to, and has {@link Recorder} write it down.
 * Writes, forces and attributes through channels and views count as well; reading does not.
 */
final class RecordedProvider extends FileSystemProvider {
  private final RecordedFileSystem system;
  private final Recorder recorder;

  RecordedProvider(RecordedFileSystem system, Recorder recorder) {
    this.system = system;
    this.recorder = recorder;
  }

  @Override
  public String getScheme() {
    return "recorded";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return system.wrap(Path.of(uri));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = unwrap(path);
    boolean writes =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    synchronized (recorder) {
      boolean fresh = writes && Files.notExists(real, LinkOption.NOFOLLOW_LINKS);
      if (fresh) {
        recorder.before("creat", real);
      }
      Set<OpenOption> really = new HashSet<>(options);
      if (!recorder.isSyncing()) {
        really.removeAll(Set.of(StandardOpenOption.DSYNC, StandardOpenOption.SYNC));
      }
      FileChannel channel = FileChannel.open(real, really, attributes);
      if (fresh) {
        recorder.created(real, Effect.Kind.FILE);
      }
      Path target = options.contains(LinkOption.NOFOLLOW_LINKS) ? real : real.toRealPath();
      int inode = recorder.inode(target);
      if (inode < 0) {
        return channel;
      }
      if (writes && !fresh && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
        recorder.resized(inode, 0);
      }
      boolean synced =
          options.contains(StandardOpenOption.DSYNC) || options.contains(StandardOpenOption.SYNC);
      return new RecordedChannel(
          channel, recorder, new RecordedChannel.Subject(target, inode, synced));
    }
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> stream =
        Files.newDirectoryStream(unwrap(directory), path -> filter.accept(system.wrap(path)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> paths = stream.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return paths.hasNext();
          }

          @Override
          public Path next() {
            return system.wrap(paths.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    synchronized (recorder) {
      Path real = unwrap(directory);
      recorder.before("mkdir", real);
      Files.createDirectory(real, attributes);
      recorder.created(real, Effect.Kind.DIRECTORY);
    }
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    synchronized (recorder) {
      Path real = unwrap(link);
      recorder.before("symlink", real);
      Files.createSymbolicLink(real, unwrap(target), attributes);
      recorder.created(real, Effect.Kind.LINK);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    synchronized (recorder) {
      Path real = unwrap(link);
      recorder.before("link", real);
      Files.createLink(real, unwrap(existing));
      recorder.linked(real, unwrap(existing));
    }
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return system.wrap(Files.readSymbolicLink(unwrap(link)));
  }

  @Override
  public void delete(Path path) throws IOException {
    synchronized (recorder) {
      Path real = unwrap(path);
      recorder.before(
          Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS) ? "rmdir" : "unlink", real);
      Files.delete(real);
      recorder.unlinked(real);
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    synchronized (recorder) {
      Path real = unwrap(target);
      if (Files.exists(real, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(unwrap(source))) {
        throw new UnsupportedOperationException("a copy of a directory, or onto something");
      }
      recorder.before("creat", real);
      Files.copy(unwrap(source), real, options);
      recorder.created(real, Effect.Kind.FILE);
      recorder.written(recorder.inode(real), 0, Files.readAllBytes(real));
      recorder.attributes(real, null, Files.getLastModifiedTime(real));
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    synchronized (recorder) {
      recorder.before("rename", unwrap(target));
      Files.move(unwrap(source), unwrap(target), options);
      recorder.renamed(unwrap(source), unwrap(target));
    }
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return Files.isSameFile(unwrap(one), unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return Files.isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return Files.getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    Path real = unwrap(path);
    real.getFileSystem().provider().checkAccess(real, modes);
  }

  @Override
  @SuppressWarnings("unchecked") // The type was asked for, and is one of the two that are wrapped.
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    Path real = unwrap(path);
    if (type != PosixFileAttributeView.class && type != BasicFileAttributeView.class) {
      return Files.getFileAttributeView(real, type, options);
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(real, PosixFileAttributeView.class, options);
    return (V) new RecordedAttributes(real, view, recorder);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Files.readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return Files.readAttributes(unwrap(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("nothing sets attributes by name yet: " + attribute);
  }
}
