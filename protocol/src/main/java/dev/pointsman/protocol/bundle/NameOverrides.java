package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the headers before an entry's own say about it: a pax header, or a long name and a long link
 * target in GNU's way, never both, each once.
 */
final class NameOverrides {
  private @Nullable Map<String, String> pax;
  private @Nullable String longName;
  private @Nullable String longLink;

  void pax(Map<String, String> records) throws Rejected {
    refuseUnused();
    pax = records;
  }

  void longName(byte[] meta) throws Rejected {
    if (pax != null || longName != null) {
      throw wrongOrder();
    }
    longName = text(meta);
  }

  void longLink(byte[] meta) throws Rejected {
    if (pax != null || longLink != null) {
      throw wrongOrder();
    }
    longLink = text(meta);
  }

  /** Refuses where something was said and no entry follows to which it belongs. */
  void refuseUnused() throws Rejected {
    if (pax != null || longName != null || longLink != null) {
      throw wrongOrder();
    }
  }

  String path(TarHeader header) throws Rejected {
    String path = record(PaxRecords.PATH, longName);
    return path == null ? header.name() : path;
  }

  String link(TarHeader header) throws Rejected {
    String link = record(PaxRecords.LINK_PATH, longLink);
    return link == null ? header.linkName() : link;
  }

  /** A pax size must say what the header says. */
  void checkSize(long size, String path) throws Rejected {
    String said = record(PaxRecords.SIZE, null);
    if (said != null && !said.equals(Long.toString(size))) {
      throw PathRules.refused(
          ErrorCode.TAR_SIZE_MISMATCH,
          "The pax header says " + PathRules.printable(said) + " bytes, the header " + size + ".",
          path);
    }
  }

  private @Nullable String record(String key, @Nullable String other) {
    String value = pax == null ? null : pax.get(key);
    return value == null ? other : value;
  }

  /** A GNU long name: up to the one NUL at its end. */
  private static String text(byte[] meta) throws Rejected {
    int length = meta.length - 1;
    if (meta[length] != 0) {
      throw new Rejected(ErrorCode.TAR_PAX, "A long name does not end with NUL.");
    }
    String text = PathRules.decode(meta, 0, length);
    PathRules.checkCharacters(text);
    return text;
  }

  private static Rejected wrongOrder() {
    return new Rejected(
        ErrorCode.TAR_META_ORDER,
        "Headers for names and attributes do not stand directly before the one entry they describe.");
  }
}
