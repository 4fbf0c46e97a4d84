package dev.pointsman.agent.client;

import dev.pointsman.protocol.api.StagedResource;
import java.util.List;

/** What became of something that was sent of a release. */
public sealed interface Sent {
  /** All of it is on the host. */
  record Staged(Answer<StagedResource> answer) implements Sent {}

  /**
   * The bundle is trusted; files are missing.
   *
   * @param paths of those that are to be sent, as {@code ./path}
   */
  record Missing(List<String> paths) implements Sent {
    public Missing {
      paths = List.copyOf(paths);
    }
  }
}
