package dev.pointsman.agent.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.journal.DiskJson;
import dev.pointsman.agent.release.Generation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything a process of a generation is started from. It is kept on disk beside the journal, so
 * that a crash-restart or a rollback uses the generation's own configuration and not today's.
 *
 * @param command as it is executed: package-manager wrappers are resolved
 * @param workingDirectory absolute, inside the release's own directory and never through {@code
 *     current}
 * @param environment the app's own variables; the agent's are added for each process
 * @param resources what it may use; missing in files of earlier versions: no limit
 * @param user whom it runs as; empty: the agent's own user
 * @param port the first port; 0 for none
 * @param kind how it is run; files of versions that knew only the preload do not say it
 * @param morePorts the ports after the first, in the order of their descriptors
 */
public record WorkerSpec(
    Generation generation,
    List<String> command,
    Path releaseDirectory,
    Path workingDirectory,
    Map<String, String> environment,
    Optional<String> user,
    int port,
    String healthPath,
    WorkerKind kind,
    List<Integer> morePorts,
    ResourcesConfig resources) {
  public WorkerSpec {
    kind = WorkerKind.orPreload(kind);
    morePorts = morePorts == null ? List.of() : List.copyOf(morePorts);
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    resources = Objects.requireNonNullElse(resources, ResourcesConfig.NONE);
  }

  /** The same for {@code generation}. */
  public WorkerSpec of(Generation generation) {
    return new WorkerSpec(
        generation,
        command,
        releaseDirectory,
        workingDirectory,
        environment,
        user,
        port,
        healthPath,
        kind,
        morePorts,
        resources);
  }

  /** All ports, in the order of their descriptors. */
  List<Integer> ports() {
    return port == 0 ? List.of() : Stream.concat(Stream.of(port), morePorts.stream()).toList();
  }

  /**
   * What the digest of a generation is taken over, beside the digest of its release: JSON, so that
   * no two that differ are written alike, whatever is in a value. What is as it always was is not
   * mentioned, so that generations of earlier versions keep their digests.
   */
  String canonicalForm() {
    try {
      List<Object> all =
          new ArrayList<>(
              List.of(
                  command,
                  releaseDirectory.relativize(workingDirectory).toString(),
                  new TreeMap<>(environment),
                  user.orElse(""),
                  port,
                  healthPath));
      if (!kind.equals(WorkerKind.PRELOAD)) {
        all.add(Map.of("kind", kind));
      }
      if (!morePorts.isEmpty()) {
        all.add(Map.of("ports", morePorts));
      }
      if (!resources.equals(ResourcesConfig.NONE)) { // As in versions that knew of none.
        all.add(Map.of("resources", resources));
      }
      return DiskJson.mapper().writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings and numbers can be written as JSON", e);
    }
  }

  /** Values of variables are secrets. */
  @Override
  public String toString() {
    return "WorkerSpec["
        + generation
        + ", command="
        + command
        + ", environment="
        + environment.keySet()
        + "]";
  }
}
