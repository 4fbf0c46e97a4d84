package dev.pointsman.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment would do now, with the app's files as they are now.
 *
 * @param nothing that it would change nothing
 * @param fromRelease what the app is to run now; none before the first deployment
 * @param toGeneration none where it cannot be told, because of {@code refusal}
 * @param environment variables, by name only: their values are secrets
 * @param settings what else workers are started from differently
 * @param fromInstances workers that there are to be now; 0 while the app is stopped
 * @param refusal why the deployment would be refused
 */
public record PlanResource(
    String app,
    boolean nothing,
    @Nullable String fromRelease,
    @Nullable String fromGeneration,
    String toRelease,
    @Nullable String toGeneration,
    Environment environment,
    List<Setting> settings,
    int fromInstances,
    int toInstances,
    @Nullable Refusal refusal) {
  public PlanResource {
    settings = List.copyOf(settings);
  }

  /** Names of variables. */
  public record Environment(List<String> added, List<String> removed, List<String> changed) {
    public Environment {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
      changed = List.copyOf(changed);
    }

    /** Whether nothing differs. */
    public boolean isSame() {
      return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }
  }

  /** One setting as a person reads it. */
  public record Setting(String name, String from, String to) {}

  /** A refusal as the deployment itself would be answered with. */
  public record Refusal(String code, String detail, String remedy) {}
}
