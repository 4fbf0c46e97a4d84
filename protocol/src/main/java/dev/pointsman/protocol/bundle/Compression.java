package dev.pointsman.protocol.bundle;

/** How a tar or a list is compressed, by the end of its name. */
public enum Compression {
  NONE(""),
  GZIP(".gz"),
  ZSTD(".zst");

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  /** What names of such files end with; empty for no compression. */
  public String suffix() {
    return suffix;
  }

  /** The compression of what has this name. */
  static Compression of(String name) {
    for (Compression compression : new Compression[] {GZIP, ZSTD}) {
      if (name.endsWith(compression.suffix)) {
        return compression;
      }
    }
    return NONE;
  }
}
