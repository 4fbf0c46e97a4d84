package dev.pointsman.agent.pack;

/**
 * A file of the tree before it was read.
 *
 * @param path in the release
 * @param mode permission bits as they are
 */
record Found(String path, int mode, long size) {
  boolean executable() {
    return (mode & 0100) != 0;
  }
}
