package dev.pointsman.protocol.bundle;

/** A hash of path bytes that can be taken of each directory on the way; FNV-1a, mixed. */
final class PathHash {
  static final long START = 0xcbf29ce484222325L;

  private PathHash() {}

  /** The state after one byte more. */
  static long step(long state, byte next) {
    return (state ^ (next & 0xff)) * 0x100000001b3L;
  }

  /** The hash that a state stands for. */
  static long finish(long state) {
    long mixed = (state ^ (state >>> 32)) * 0xd6e8feb86659fd93L;
    return mixed ^ (mixed >>> 32);
  }

  static long of(byte[] path, int length) {
    long state = START;
    for (int i = 0; i < length; i++) {
      state = step(state, path[i]);
    }
    return finish(state);
  }
}
