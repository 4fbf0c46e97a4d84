package dev.pointsman.agent.crash;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A channel whose writes and forces are recorded. A force is carried out where the recorder says
 * so.
 */
final class RecordedChannel extends FileChannel {
  private final FileChannel real;
  private final Recorder recorder;
  private final Subject subject;

  /**
   * What is open.
   *
   * @param synced every write is followed by a sync of its own (O_DSYNC)
   */
  record Subject(Path path, int inode, boolean synced) {}

  RecordedChannel(FileChannel real, Recorder recorder, Subject subject) {
    this.real = real;
    this.recorder = recorder;
    this.subject = subject;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    synchronized (recorder) {
      recorder.before("write", subject.path());
      ByteBuffer bytes = source.duplicate();
      int count = real.write(source);
      wrote(real.position() - count, bytes, count); // Of an appending one: the end it wrote to.
      return count;
    }
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    synchronized (recorder) {
      recorder.before("write", subject.path());
      ByteBuffer bytes = source.duplicate();
      int count = real.write(source, position);
      wrote(position, bytes, count);
      return count;
    }
  }

  private void wrote(long at, ByteBuffer from, int count) throws IOException {
    byte[] bytes = new byte[count];
    from.get(bytes);
    recorder.written(subject.inode(), at, bytes);
    if (subject.synced()) {
      recorder.before("fdatasync", subject.path());
      recorder.synced(subject.inode(), false);
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long count = 0;
    for (int i = offset; i < offset + length; i++) {
      count += write(sources[i]);
    }
    return count;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, 64 << 10));
    int read = source.read(bytes);
    if (read > 0) {
      write(bytes.flip(), position);
    }
    return Math.max(0, read);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    synchronized (recorder) {
      recorder.before("ftruncate", subject.path());
      if (size < real.size()) {
        real.truncate(size);
        recorder.resized(subject.inode(), size);
      }
      return this;
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    synchronized (recorder) {
      recorder.before(metaData ? "fsync" : "fdatasync", subject.path());
      if (recorder.isSyncing()) {
        real.force(metaData);
      }
      recorder.synced(subject.inode(), Files.isDirectory(subject.path()));
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return real.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return real.read(targets, offset, length);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return real.read(target, position);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    requireReadOnly(mode);
    return real.map(mode, position, size);
  }

  @Override
  public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
    requireReadOnly(mode);
    return real.map(mode, offset, size, arena);
  }

  private static void requireReadOnly(MapMode mode) {
    if (mode != MapMode.READ_ONLY) {
      throw new UnsupportedOperationException("writes through a mapping cannot be recorded");
    }
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}
