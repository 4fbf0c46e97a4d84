package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the strict profile of tar: what ordinary tools write, and nothing that two readers could
 * understand in two ways. Memory is constant, whatever comes. Single-use, one thread.
 *
 * <p>Accepted are ustar, pax and GNU archives of files, directories, symbolic and hard links. An
 * archive ends with two zero blocks, and after those comes nothing but zeros.
 */
public final class TarReader {
  /** The largest pax header or long name. */
  static final int MAX_META = 64 << 10;

  private static final int MAX_TAIL = 1 << 20;

  private final Source source;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private boolean begun;
  private long left;
  private int padding;

  /** Reads from {@code in}, which the caller closes. */
  public TarReader(InputStream in) {
    this.source = new Source(in);
  }

  /**
   * The next entry, or null after the last, when the stream was read to its end. What is left of
   * the content of the entry before is skipped.
   */
  public @Nullable TarEntry next() throws Rejected, IOException {
    skipContent();
    NameOverrides names = new NameOverrides();
    while (true) {
      readFully(block, TarHeader.BLOCK);
      if (isZero(block, TarHeader.BLOCK)) {
        names.refuseUnused();
        readEnd();
        return null;
      }
      TarHeader header = new TarHeader(block);
      switch (header.type()) {
        case 'x' -> names.pax(PaxRecords.parse(readMeta(header)));
        case 'g' -> checkGlobal(PaxRecords.parse(readMeta(header)), names);
        case 'L' -> names.longName(readMeta(header));
        case 'K' -> names.longLink(readMeta(header));
        default -> {
          begun = true;
          return entry(header, names);
        }
      }
      begun = true;
    }
  }

  /** Reads from the content of the current file; as {@link InputStream#read(byte[], int, int)}. */
  public int read(byte[] buffer, int offset, int length) throws Rejected, IOException {
    if (left == 0) {
      return -1;
    }
    int count = source.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw truncated();
    }
    left -= count;
    return count;
  }

  /** The content of the current file as a stream, good until {@link #next}. */
  public InputStream content() {
    return new Content();
  }

  private TarEntry entry(TarHeader header, NameOverrides names) throws Rejected {
    return switch (header.type()) {
      case '0' -> file(header, names);
      case '1', '2', '5' -> entryWithoutContent(header, names);
      case '3', '4', '6' ->
          throw PathRules.refused(
              ErrorCode.ENTRY_SPECIAL, "The archive has a device or a pipe.", names.path(header));
      case 'S' ->
          throw PathRules.refused(
              ErrorCode.TAR_SPARSE, "The archive has a sparse file.", names.path(header));
      default ->
          throw PathRules.refused(
              ErrorCode.ENTRY_TYPE,
              "The archive has an entry of type '"
                  + PathRules.printable(String.valueOf(header.type()))
                  + "'.",
              names.path(header));
    };
  }

  private TarEntry file(TarHeader header, NameOverrides names) throws Rejected {
    String path = path(names.path(header), false);
    long size = header.size();
    names.checkSize(size, path);
    int mode = header.mode();
    if ((mode & 07000) != 0) {
      throw PathRules.refused(
          ErrorCode.ENTRY_MODE, String.format("The file's mode is %o.", mode), path);
    }
    left = size;
    padding = padding(size);
    return new TarEntry.File(path, (mode & 0100) != 0, size);
  }

  private static TarEntry entryWithoutContent(TarHeader header, NameOverrides names)
      throws Rejected {
    boolean directory = header.type() == '5';
    String path = path(names.path(header), directory);
    names.checkSize(header.size(), path);
    if (header.size() != 0) {
      throw PathRules.refused(ErrorCode.TAR_SIZE, "An entry that is not a file has content.", path);
    }
    return switch (header.type()) {
      case '1' -> new TarEntry.HardLink(path, path(names.link(header), false));
      case '2' -> new TarEntry.SymbolicLink(path, names.link(header));
      default -> new TarEntry.Directory(path);
    };
  }

  /** The path without the leading {@code ./} and a directory's trailing slash. */
  private static String path(String name, boolean directory) throws Rejected {
    if (directory && (name.equals(".") || name.equals("./"))) {
      return "";
    }
    String path = name.startsWith("./") ? name.substring(2) : name;
    if (directory && path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    PathRules.check(path);
    return path;
  }

  private void checkGlobal(Map<String, String> records, NameOverrides names) throws Rejected {
    for (String key : records.keySet()) {
      if (!key.equals("comment")) {
        throw new Rejected(
            ErrorCode.TAR_GLOBAL_PAX,
            "A global pax header sets '" + PathRules.printable(key) + "'.");
      }
    }
    names.refuseUnused();
    if (begun) {
      throw new Rejected(ErrorCode.TAR_META_ORDER, "A global pax header is not the first.");
    }
  }

  private byte[] readMeta(TarHeader header) throws Rejected, IOException {
    long size = header.size();
    if (size < 1 || size > MAX_META) {
      throw new Rejected(
          ErrorCode.TAR_META_SIZE,
          "A header for a name or attributes has "
              + size
              + " bytes; 1 to "
              + MAX_META
              + " are allowed.");
    }
    byte[] meta = new byte[(int) size];
    readFully(meta, meta.length);
    readPadding(padding(size));
    return meta;
  }

  private void skipContent() throws Rejected, IOException {
    byte[] skipped = new byte[(int) Math.min(left, 64 << 10)];
    while (left > 0) {
      read(skipped, 0, skipped.length);
    }
    readPadding(padding);
    padding = 0;
  }

  private static int padding(long size) {
    return (int) (-size & (TarHeader.BLOCK - 1));
  }

  private void readPadding(int length) throws Rejected, IOException {
    readFully(block, length);
    if (!isZero(block, length)) {
      throw new Rejected(ErrorCode.TAR_PADDING, "The padding after an entry is not zero.");
    }
  }

  /** Reads what follows the first zero block: another one, then zeros to the end of the stream. */
  private void readEnd() throws Rejected, IOException {
    readFully(block, TarHeader.BLOCK);
    if (!isZero(block, TarHeader.BLOCK)) {
      throw new Rejected(
          ErrorCode.TAR_TRAILING_DATA, "A single zero block stands between entries.");
    }
    byte[] tail = new byte[8 << 10];
    long length = 0;
    for (int count; (count = source.readUpTo(tail, 0, tail.length)) > 0; ) {
      length += count;
      if (length > MAX_TAIL || !isZero(tail, count)) {
        throw new Rejected(
            ErrorCode.TAR_TRAILING_DATA, "There is data after the end of the archive.");
      }
    }
  }

  private void readFully(byte[] buffer, int length) throws Rejected, IOException {
    if (source.readUpTo(buffer, 0, length) < length) {
      throw truncated();
    }
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static Rejected truncated() {
    return new Rejected(ErrorCode.TAR_TRUNCATED, "The archive ends in the middle.");
  }

  /** {@link #read} as a stream. */
  private final class Content extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return length == 0 ? 0 : TarReader.this.read(buffer, offset, length);
      } catch (Rejected e) {
        throw new StreamRefused(e);
      }
    }
  }
}
