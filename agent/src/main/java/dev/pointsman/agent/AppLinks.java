package dev.pointsman.agent;

import dev.pointsman.agent.deployment.Links;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The {@code current} link as a deployment sees it. */
record AppLinks(ReleaseStore releases) implements Links {
  @Override
  public @Nullable ReleaseId current() throws IOException {
    return releases.current().orElse(null);
  }

  @Override
  public void flip(@Nullable ReleaseId release) throws IOException {
    if (release == null) {
      releases.clearCurrent();
    } else {
      releases.flip(release);
    }
  }
}
