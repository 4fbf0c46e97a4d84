package dev.pointsman.agent;

import dev.pointsman.agent.crash.Recorder;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.FsyncDurability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The agent's own way to write, and the wrong ones, on a real file system. */
final class BlockPlants {
  /**
   * Where and how an app lives.
   *
   * @param root what is done below it is done with the mistake
   */
  record Planted(Path root, Durability durability) {}

  private interface Sync {
    void sync(Path path) throws IOException;
  }

  private BlockPlants() {}

  /**
   * The journal is synced with every write, and that takes the renames along on these file systems:
   * so "no-parents" leaves out both.
   *
   * @param plant as {@code packaging/crashtest} has it
   * @param root is made
   */
  static Planted of(String plant, Path root) throws IOException {
    Durability right = new SyncfsDurability();
    return switch (plant) {
      case "none" -> new Planted(root, right);
      case "fsync" -> new Planted(root, new FsyncDurability());
      case "no-sync" -> new Planted(root, with(_ -> {}, right::syncDirectory));
      case "directories-only" ->
          new Planted(root, with(tree -> directories(tree, right), right::syncDirectory));
      case "rename-first" -> new Planted(root, with(_ -> {}, names -> renamed(names, right)));
      case "no-parents" ->
          new Planted(
              new Recorder(Files.createDirectory(root)).root(), with(right::barrier, _ -> {}));
      case "in-place" ->
          new Planted(root, with(session -> inPlace(session, right), right::syncDirectory));
      case "unlinked-flip" -> new Planted(unlinkedFlip(root), right);
      default -> throw new IllegalArgumentException("no plant is called " + plant);
    };
  }

  private static Durability with(Sync barrier, Sync names) {
    return new Durability() {
      @Override
      public void barrier(Path directory) throws IOException {
        barrier.sync(directory);
      }

      @Override
      public void syncDirectory(Path directory) throws IOException {
        names.sync(directory);
      }
    };
  }

  /** Everything is synced, but only when the release has its name. */
  private static void renamed(Path names, Durability right) throws IOException {
    right.syncDirectory(names);
    if (names.endsWith("releases")) {
      right.barrier(names);
    }
  }

  private static void directories(Path tree, Durability right) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
        right.syncDirectory(path);
      }
    }
  }

  /** {@code current} is gone for a moment before it is made again. */
  private static Path unlinkedFlip(Path root) throws IOException {
    Recorder recorder = new Recorder(Files.createDirectory(root), true);
    recorder.inject((call, path) -> {
      if (call.equals("rename") && path.endsWith("current")) {
        Files.deleteIfExists(recorder.root().resolve(root.relativize(path)));
      }
    });
    return recorder.root();
  }

  /** The tree has its release's name while it is synced, and before anything vouches for it. */
  private static void inPlace(Path session, Durability right) throws IOException {
    String name = session.getFileName().toString();
    String id = name.substring(name.indexOf('.') + 1);
    Path tree = session.resolve("tree");
    Path release = session.resolve("../../apps/web/releases").normalize().resolve(id);
    Files.move(tree, release);
    right.barrier(session);
    Files.move(release, tree); // The agent itself renames it in a moment.
  }
}
