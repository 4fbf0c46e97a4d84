package dev.pointsman.agent.client;

import dev.pointsman.protocol.api.StagedResource;

/** What became of something that was sent of a release. */
public sealed interface Sent {
  /** All of it is on the host. */
  record Staged(Answer<StagedResource> answer) implements Sent {}

  /**
   * The bundle is trusted; files are missing. Which ones was told while the answer came, and is not
   * kept here.
   */
  record Missing(int files) implements Sent {}
}
