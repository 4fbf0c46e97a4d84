package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * {@code files.lst}: a tree as text that {@code find}, {@code stat} and {@code sha256sum} can make.
 * For one tree there is one list, byte for byte, up to the modes of its files.
 */
public final class FileList {
  /** Its first line. */
  public static final String HEADER = "#pointsman-tree 1";

  static final String NAME = "files.lst";

  private FileList() {}

  /**
   * Reads the list that {@code list} is and checks all rules of a tree. Nothing of it is copied:
   * the tree looks into the buffer as long as it lives, so its bytes must not change.
   */
  public static ReleaseTree read(ByteBuffer list, TreeLimits limits) throws Rejected {
    ByteBuffer bytes = list.slice().asReadOnlyBuffer();
    if (bytes.limit() > limits.listBytes()) {
      throw tooLong(limits);
    }
    PathTable table = new PathTable(bytes);
    TreeRules rules = new TreeRules(limits, table);
    new ListScanner(bytes, rules).scan();
    rules.finish();
    return new ReleaseTree(table, rules.bytes());
  }

  /** As {@link #read(ByteBuffer, TreeLimits)}, from a stream, into memory. */
  public static ReleaseTree read(InputStream in, TreeLimits limits) throws Rejected, IOException {
    int most = (int) Math.min(limits.listBytes(), Integer.MAX_VALUE - 16);
    byte[] bytes;
    try {
      bytes = in.readNBytes(most + 1);
    } catch (StreamRefused e) {
      throw e.rejected();
    }
    return read(ByteBuffer.wrap(bytes), limits);
  }

  static Rejected tooLong(TreeLimits limits) {
    return new Rejected(
        ErrorCode.LIMIT_LIST,
        "The file list is longer than " + limits.listBytes() + " bytes.",
        NAME);
  }
}
