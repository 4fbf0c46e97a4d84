package dev.pointsman.protocol.bundle;

/**
 * Bounds of a tree, all inclusive.
 *
 * @param entries files, links and directories together, also those directories that only follow
 *     from a path
 * @param links symbolic links
 * @param bytes sum of the sizes of all files
 * @param fileBytes size of one file
 * @param listBytes size of the file list, unpacked
 */
public record TreeLimits(int entries, int links, long bytes, long fileBytes, long listBytes) {}
