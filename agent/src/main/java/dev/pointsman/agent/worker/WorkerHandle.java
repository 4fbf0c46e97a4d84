package dev.pointsman.agent.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pointsman.agent.config.GateConfig.Protocol;
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
 * What the next run of the agent must know of a process to take it over: {@code INCARNATION.json}
 * beside the worker's private directory. It lies under the run directory, so it is gone after a
 * reboot, as is the process; it is never synced, for only the agent's death must not lose it.
 *
 * @param healthPath what its generation is probed at: kept here, so that taking over needs nothing
 *     else
 * @param kind how it is run; handles of versions that knew only the preload do not say it
 * @param trial whether it serves a private socket that nobody else knows
 * @param probePort loopback port on which this very process can be asked; 0 for none
 * @param stage how far the agent had let it come; written before the order is given
 */
record WorkerHandle(
    Incarnation incarnation,
    int slot,
    Generation generation,
    String healthPath,
    ProcessIdentity process,
    Stage stage,
    WorkerKind kind,
    boolean trial,
    int probePort) {
  WorkerHandle {
    kind = WorkerKind.orPreload(kind);
  }

  /** How far the agent had let a process come. */
  enum Stage {
    LAUNCHING,
    OPENED,
    DRAINING
  }

  /** Whether it has no users to lose. */
  boolean isPrivate() {
    return trial || (stage == Stage.LAUNCHING && kind.protocol() == Protocol.PRELOAD);
  }

  WorkerHandle at(Stage next) {
    return new WorkerHandle(
        incarnation, slot, generation, healthPath, process, next, kind, trial, probePort);
  }

  /** Writes it beside {@code directory}, in one step. */
  void write(Path directory) throws IOException {
    Path unfinished = file(directory, ".json.new");
    Files.write(unfinished, DiskJson.mapper().writeValueAsBytes(this));
    Files.move(unfinished, file(directory, ".json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads that of {@code directory}; empty where the agent died before it was written. */
  static Optional<WorkerHandle> read(Path directory) throws IOException {
    Path file = file(directory, ".json");
    try {
      return Optional.of(DiskJson.mapper().readValue(Files.readAllBytes(file), WorkerHandle.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new IOException(
          file
              + " is damaged, or from another version of pointsman: "
              + e.getOriginalMessage()
              + ". Remove it, and its worker is ended and started anew.",
          e);
    }
  }

  /** Removes that of {@code directory}. */
  static void delete(Path directory) throws IOException {
    Files.deleteIfExists(file(directory, ".json.new"));
    Files.deleteIfExists(file(directory, ".json"));
  }

  private static Path file(Path directory, String suffix) {
    return directory.resolveSibling(directory.getFileName() + suffix);
  }
}
