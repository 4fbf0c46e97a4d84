package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether there is room for the next release. */
final class SpaceCheck implements Check {
  private static final int LITTLE = 10;
  private static final int TOO_LITTLE = 5;

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Optional<Facts.Space> space = facts.space(config.root());
    if (space.isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(judge("bytes", space.get().freeBytes(), space.get().bytes(), config));
    if (space.get().inodes() > 0) {
      findings.add(judge("inodes", space.get().freeInodes(), space.get().inodes(), config));
    }
    return findings;
  }

  private static Finding judge(String of, long free, long all, HostConfig config) {
    long percent = all == 0 ? 0 : Math.round(100.0 * free / all);
    String what = percent + " % of the " + of + " are free where root is, " + config.root();
    String remedy =
        "pointsman gc --now; "
            + (of.equals("bytes") ? "du -xsh " : "du -x --inodes ")
            + config.root()
            + "/* shows what else is there";
    if (percent < TOO_LITTLE) {
      return Finding.bad("disk", what, "uploads are refused below 5 %", remedy);
    }
    return percent < LITTLE
        ? Finding.warn("disk", what, "uploads are refused below 5 %", remedy)
        : Finding.ok("disk", what);
  }
}
