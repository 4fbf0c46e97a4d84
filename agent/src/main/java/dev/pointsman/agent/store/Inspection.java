package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a blob, and puts into quarantine what is not what its name says. */
final class Inspection {
  private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);

  private final Fitness fitness;
  private final Quarantine quarantine;
  private final Alarm alarm;

  Inspection(Fitness fitness, Quarantine quarantine, Alarm alarm) {
    this.fitness = fitness;
    this.quarantine = quarantine;
    this.alarm = alarm;
  }

  /** Whether its content is what its name says; the caller holds the folder's lock. */
  boolean isSound(BlobKey key, Path blob) throws IOException {
    Optional<BlobStat> is = BlobStat.of(blob);
    // A wrong mode or time makes the check read it, and so does another size.
    return is.isEmpty() || isFit(key, is.get().size(), blob, is.get().asTouched());
  }

  /** Whether it can be used as content of this size; the caller holds the folder's lock. */
  boolean isFit(BlobKey key, long size, Path blob, BlobStat stat) throws IOException {
    return switch (fitness.look(key, size, blob, stat)) {
      case Fitness.Verdict.Fit _ -> true;
      case Fitness.Verdict.OtherSize _ -> false;
      case Fitness.Verdict.Unfit(String why) -> {
        Path held = quarantine.take(blob, key);
        String what = "The blob " + key + " " + why + "; it was moved to " + held + ".";
        LOG.error("Content in the store is damaged. {}", what);
        alarm.damaged(key, what);
        yield false;
      }
    };
  }
}
