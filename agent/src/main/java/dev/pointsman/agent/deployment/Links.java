package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a deployment needs of the app's {@code current} link. */
interface Links {
  /** What it names; null for nothing. */
  @Nullable ReleaseId current() throws IOException;

  /** Lets it name {@code release}, or removes it where that is null; durable on return. */
  void flip(@Nullable ReleaseId release) throws IOException;
}
