package dev.pointsman.agent.intake;

import dev.pointsman.protocol.bundle.TreeEntry;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

/**
 * What an upload session lacks.
 *
 * @param files files to be sent, one for each content that is not here
 * @param bytes their sizes together
 * @param expires when the session is given up
 * @param paths {@code ./path} of each, in the order of the list; made while it is read
 */
public record Missing(int files, long bytes, Instant expires, Iterable<String> paths) {
  static Missing of(List<TreeEntry.File> files, BitSet numbers, Instant expires) {
    return new Missing(
        numbers.cardinality(),
        numbers.stream().mapToLong(number -> files.get(number).size()).sum(),
        expires,
        () -> numbers.stream().mapToObj(number -> "./" + files.get(number).path()).iterator());
  }
}
