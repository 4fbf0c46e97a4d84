package dev.pointsman.agent.release;

import java.util.List;

/**
 * What {@link ReleaseStore#recover} found.
 *
 * @param unacknowledged complete releases that the journal does not know: their upload was never
 *     answered; to be journaled now
 * @param notices what was deleted or is not as it ought to be, one sentence each
 */
public record Recovered(List<StagedRelease> unacknowledged, List<String> notices) {
  public Recovered {
    unacknowledged = List.copyOf(unacknowledged);
    notices = List.copyOf(notices);
  }
}
