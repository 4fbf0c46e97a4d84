package dev.pointsman.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the configuration files when they were read again.
 *
 * @param apps those whose files differ; by name
 * @param start keys of the host's file that count after the next start of the agent
 * @param deployments what was begun, where that was asked for
 */
public record ReloadResource(List<AppChange> apps, List<String> start, List<Applied> deployments) {
  public ReloadResource {
    apps = List.copyOf(apps);
    start = List.copyOf(start);
    deployments = List.copyOf(deployments);
  }

  /** What became of an app's file. */
  public enum Change {
    /** Something in it differs. */
    CHANGED,
    /** It is gone: the app's workers are drained and stopped. */
    REMOVED,
    /** It is new: the agent manages the app after its next start. */
    ADDED
  }

  /**
   * One app.
   *
   * @param live keys that count from now on
   * @param pending what waits for a deployment, one line each
   * @param start keys that count after the next start of the agent
   */
  public record AppChange(
      String app, Change change, List<String> live, List<String> pending, List<String> start) {
    public AppChange {
      live = List.copyOf(live);
      pending = List.copyOf(pending);
      start = List.copyOf(start);
    }
  }

  /** What was begun for an app, or why it was not. */
  public record Applied(String app, @Nullable String deployment, @Nullable String refusal) {}
}
