package dev.pointsman.protocol.bundle;

/** The parts of a file list, in their order. */
enum Section {
  FILES('f'),
  LINKS('l'),
  DIRECTORIES('d');

  private final char type;

  Section(char type) {
    this.type = type;
  }

  /** What each of its lines begins with. */
  char type() {
    return type;
  }
}
