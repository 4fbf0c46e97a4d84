package dev.pointsman.agent.pack;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** Files as one plain tar, made while it is read: nothing is copied to disk before. */
public final class OuterTar {
  private static final int BLOCK = 512;
  private static final long LARGEST = 1L << 33; // What eleven octal digits hold.

  private final List<Member> members;

  private record Member(Path file, long size) {}

  private OuterTar(List<Member> members) {
    this.members = members;
  }

  static OuterTar of(List<Path> files) throws IOException {
    List<Member> members = new ArrayList<>();
    for (Path file : files) {
      long size = Files.size(file);
      if (size >= LARGEST) {
        throw new IOException(file + " is larger than 8 GiB, which no bundle can carry");
      }
      members.add(new Member(file, size));
    }
    return new OuterTar(members);
  }

  /** The exact number of bytes. */
  public long length() {
    long length = 2 * BLOCK;
    for (Member member : members) {
      length += BLOCK + member.size() + padding(member.size());
    }
    return length;
  }

  /** The bytes; files are opened one after the other. */
  public InputStream open() {
    List<Part> parts = new ArrayList<>();
    for (Member member : members) {
      parts.add(() -> new ByteArrayInputStream(header(member)));
      parts.add(() -> new Exactly(Files.newInputStream(member.file()), member));
      parts.add(() -> new ByteArrayInputStream(new byte[padding(member.size())]));
    }
    parts.add(() -> new ByteArrayInputStream(new byte[2 * BLOCK]));
    return new Chain(parts.iterator());
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  private static byte[] header(Member member) {
    TarArchiveEntry entry = new TarArchiveEntry(member.file().getFileName().toString());
    entry.setSize(member.size());
    entry.setMode(0644);
    entry.setModTime(0);
    entry.setIds(0, 0);
    entry.setNames("", "");
    byte[] header = new byte[BLOCK];
    entry.writeEntryHeader(header);
    return header;
  }

  /** A piece of the tar, opened when it is its turn. */
  private interface Part {
    InputStream open() throws IOException;
  }

  /** The parts, one after the other. */
  private static final class Chain extends InputStream {
    private final Iterator<Part> parts;
    private InputStream part = InputStream.nullInputStream();

    Chain(Iterator<Part> parts) {
      this.parts = parts;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count = part.read(bytes, offset, length);
      while (count < 0 && parts.hasNext()) {
        part.close();
        part = parts.next().open();
        count = part.read(bytes, offset, length);
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      part.close();
    }
  }

  /** A file that must have the size it had when the tar was planned. */
  private static final class Exactly extends InputStream {
    private final InputStream in;
    private final Member member;
    private long left;

    Exactly(InputStream in, Member member) {
      this.in = in;
      this.member = member;
      this.left = member.size();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count = in.read(bytes, offset, (int) Math.min(length, Math.max(1, left)));
      if ((count < 0 && left > 0) || (count > 0 && left < count)) {
        throw new IOException(member.file() + " changed its size while it was sent");
      }
      left -= Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
