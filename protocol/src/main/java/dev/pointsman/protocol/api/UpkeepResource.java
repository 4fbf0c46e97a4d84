package dev.pointsman.protocol.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent did about an app's workers between deployments.
 *
 * @param replaced workers that were replaced since the agent started, by cause as {@link ExitCause}
 *     in lower case
 * @param failed attempts whose new worker did not come up
 * @param waiting what is to be replaced, until when it is not, and why; null when nothing waits
 */
public record UpkeepResource(Map<String, Long> replaced, long failed, @Nullable String waiting) {
  /** Nothing was done. */
  public static final UpkeepResource NONE = new UpkeepResource(Map.of(), 0, null);

  public UpkeepResource {
    replaced = Map.copyOf(replaced);
  }
}
