package dev.pointsman.agent.push;

import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A tar of chosen files, made while it is read. A file may be wanted under several paths: those
 * after the first become hard links to it. One thread.
 */
public final class PackStream extends InputStream {
  private final Content.Files files;
  private final Function<String, List<String>> wanted;
  private InputStream part = InputStream.nullInputStream();
  private @Nullable Sent sent;
  private boolean ended;
  private int count;

  private record Sent(InputStream content, long size, List<String> paths) {}

  /**
   * Packs {@code files}.
   *
   * @param wanted the paths under which the content of the file at a path is to be sent; none: not
   *     at all
   */
  public PackStream(Content.Files files, Function<String, List<String>> wanted) {
    this.files = files;
    this.wanted = wanted;
  }

  /** Files that were begun. */
  public int count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int got = part.read(target, offset, length);
    while (got < 0 && advance()) {
      got = part.read(target, offset, length);
    }
    return got;
  }

  /** Begins the next piece: a header, then the content, then padding and links, then the next. */
  private boolean advance() throws IOException {
    if (ended) {
      return false;
    }
    Sent now = sent;
    if (now == null) {
      header();
    } else if (part instanceof Exactly exactly) {
      exactly.requireEnd();
      part = new ByteArrayInputStream(PackHeader.afterContent(now.size(), now.paths()));
      sent = null;
    } else {
      part = new Exactly(now.content(), now.size(), now.paths().getFirst());
    }
    return true;
  }

  private void header() throws IOException {
    try {
      for (Content.Item item = files.next(); item != null; item = files.next()) {
        List<String> paths = wanted.apply(item.path());
        if (!paths.isEmpty()) {
          count++;
          sent = new Sent(item.content(), item.size(), paths);
          part = new ByteArrayInputStream(PackHeader.file(paths.getFirst(), item.size()));
          return;
        }
      }
    } catch (Rejected e) {
      throw new IOException("the payload cannot be read: " + e.getMessage(), e);
    }
    ended = true;
    part = new ByteArrayInputStream(PackHeader.end());
  }

  @Override
  public void close() throws IOException {
    files.close();
  }

  /** Content that must have the size that its header says. */
  private static final class Exactly extends InputStream {
    private final InputStream in;
    private final String path;
    private long left;

    Exactly(InputStream in, long size, String path) {
      this.in = in;
      this.left = size;
      this.path = path;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int got = in.read(target, offset, (int) Math.min(left, length));
      if (got < 0) {
        throw changed();
      }
      left -= got;
      return got;
    }

    void requireEnd() throws IOException {
      if (in.read() >= 0) {
        throw changed();
      }
    }

    private IOException changed() {
      return new IOException(path + " changed its size while it was sent: pack again");
    }
  }
}
