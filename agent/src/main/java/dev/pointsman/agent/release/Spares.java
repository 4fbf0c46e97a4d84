package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tree that retention let go last, {@code releases/.spare-<id>}, with its evidence in {@code
 * meta/.spare-<id>}: most of the next release lies in it already. It is whole for as long as it has
 * this name. Callers hold the lock of the release store.
 */
final class Spares {
  private static final Logger LOG = LoggerFactory.getLogger(Spares.class);
  private static final String PREFIX = ".spare-";

  private final Layout layout;
  private final Durability durability;

  Spares(Layout layout, Durability durability) {
    this.layout = layout;
    this.durability = durability;
  }

  static boolean isSpare(String name) {
    return name.startsWith(PREFIX);
  }

  /** Makes the release {@code id} the spare; the earlier ones are to be deleted by the caller. */
  List<Path> keep(ReleaseId id) throws IOException {
    List<Path> earlier = discard();
    String name = PREFIX + id;
    Files.move(layout.release(id), layout.releases().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    durability.syncDirectory(layout.releases());
    Path evidence = layout.evidence(id).directory();
    if (Files.exists(evidence, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(evidence, layout.meta().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
    return earlier;
  }

  /**
   * Moves the spare's tree to {@code to} and returns what was in it; empty where there is none, or
   * a process may still use it. The caller deletes it if it comes to nothing.
   */
  Optional<ReleaseTree> take(Path to) throws IOException {
    for (Path tree : spares(layout.releases())) {
      Path meta = layout.meta().resolve(tree.getFileName());
      try {
        if (DirectoryUse.isUsed(tree)) {
          LOG.debug("A spare tree is still in use. path={}", tree);
          continue;
        }
        Evidence evidence = new Evidence(meta);
        ReleaseTree was = evidence.tree(evidence.seal());
        Files.move(tree, to, StandardCopyOption.ATOMIC_MOVE);
        Deletion.delete(meta);
        return Optional.of(was);
      } catch (IOException e) {
        LOG.info("A spare tree cannot be used. path={}: {}", tree, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Renames all spares to garbage, which the caller deletes; trees and evidence. */
  List<Path> discard() throws IOException {
    return Stream.concat(discard(layout.releases()).stream(), discard(layout.meta()).stream())
        .toList();
  }

  private static List<Path> discard(Path folder) throws IOException {
    List<Path> spares = spares(folder);
    for (Path spare : spares) {
      Files.move(spare, garbage(spare), StandardCopyOption.ATOMIC_MOVE);
    }
    return spares.stream().map(Spares::garbage).toList();
  }

  private static Path garbage(Path spare) {
    return spare.resolveSibling(Layout.GARBAGE + spare.getFileName());
  }

  /** Deletes what is half a spare: a tree without evidence or evidence without its tree. */
  void recover() throws IOException {
    for (Path tree : spares(layout.releases())) {
      if (!Files.exists(layout.meta().resolve(tree.getFileName()), LinkOption.NOFOLLOW_LINKS)) {
        Path garbage = garbage(tree);
        Files.move(tree, garbage, StandardCopyOption.ATOMIC_MOVE);
        Deletion.delete(garbage);
      }
    }
    for (Path meta : spares(layout.meta())) {
      if (!Files.exists(layout.releases().resolve(meta.getFileName()), LinkOption.NOFOLLOW_LINKS)) {
        Deletion.delete(meta);
      }
    }
  }

  private static List<Path> spares(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(child -> isSpare(child.getFileName().toString())).sorted().toList();
    }
  }
}
