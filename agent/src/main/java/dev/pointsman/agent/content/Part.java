package dev.pointsman.agent.content;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;

/**
 * A part of one content that is sent by itself.
 *
 * @param offset where it begins
 * @param end the offset after its last byte, or -1 where that is not known
 * @param total the size of the whole, or -1 where that is not known
 */
public record Part(long offset, long end, long total) {
  /** Refuses what cannot be a part of {@code size} bytes of which {@code here} are known. */
  void check(long here, long size) throws Rejected {
    boolean within =
        offset >= 0
            && offset <= size
            && end <= size
            && (end < 0 || end >= offset)
            && (total < 0 || total == size);
    if (!within) {
      throw new Rejected(
          ErrorCode.BLOB_RANGE,
          "The file has " + size + " bytes; " + asSent() + " is no part of it.");
    }
    if (offset != 0 && offset != here) {
      throw new Rejected(
          ErrorCode.BLOB_OFFSET,
          "Of the file " + here + " bytes are here; what was sent begins at " + offset + ".");
    }
  }

  /** As a Content-Range has it, which names the last byte itself. */
  private String asSent() {
    return "'bytes %d-%s/%s'"
        .formatted(offset, end < 0 ? "" : end - 1, total < 0 ? "*" : String.valueOf(total));
  }
}
