package dev.pointsman.agent.worker;

import dev.pointsman.agent.journal.DiskJson;
import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.release.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What the next run of the agent must know of a process to take it over: {@code worker.json} in the
 * worker's private directory. It lies under the run directory, so it is gone after a reboot, as is
 * the process; it is never synced, for only the agent's death must not lose it.
 *
 * @param stage how far the agent had let it come; written before the order is given
 */
record WorkerHandle(
    Incarnation incarnation,
    int slot,
    Generation generation,
    ProcessIdentity process,
    Stage stage) {
  static final String FILE = "worker.json";

  /** How far the agent had let a process come. */
  enum Stage {
    LAUNCHING,
    OPENED,
    DRAINING
  }

  WorkerHandle at(Stage next) {
    return new WorkerHandle(incarnation, slot, generation, process, next);
  }

  /** Writes it into {@code directory}, in one step. */
  void write(Path directory) throws IOException {
    Path beside = directory.resolve(FILE + ".new");
    Files.write(beside, DiskJson.mapper().writeValueAsBytes(this));
    Files.move(beside, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads it from {@code directory}; empty where the agent died before it was written. */
  static Optional<WorkerHandle> read(Path directory) throws IOException {
    try {
      return Optional.of(
          DiskJson.mapper()
              .readValue(Files.readAllBytes(directory.resolve(FILE)), WorkerHandle.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
