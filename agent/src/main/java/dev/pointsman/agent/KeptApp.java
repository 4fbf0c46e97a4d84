package dev.pointsman.agent;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** An app as those see it who look after the disk. Any thread. */
interface KeptApp {
  /** Removes the releases that the quotas no longer hold, or only tells which. */
  List<ReleaseId> prune(boolean dryRun) throws IOException;

  /** Deletes the tree that is kept for the next release; returns how many there were. */
  int dropSpares() throws IOException;

  /** Hands over the content that the app uses without a link in the store. */
  void eachNamed(Consumer<BlobKey> named) throws IOException;

  /** Looks which releases lost their files with the content {@code key}, and tells. */
  void lookForDamage(BlobKey key) throws IOException;
}
