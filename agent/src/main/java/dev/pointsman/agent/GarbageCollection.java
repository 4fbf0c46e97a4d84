package dev.pointsman.agent;

import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.KeySet;
import dev.pointsman.agent.store.Swept;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Removes what the quotas no longer hold, then the content that nothing uses. Any thread. */
final class GarbageCollection {
  private final SortedMap<AppName, KeptApp> apps;
  private final ContentStore content;
  private final Duration grace;
  private final Clock clock;

  GarbageCollection(
      SortedMap<AppName, KeptApp> apps, ContentStore content, Duration grace, Clock clock) {
    this.apps = apps;
    this.content = content;
    this.grace = grace;
    this.clock = clock;
  }

  /** Does it, or only looks; {@code now} waits for no grace. One at a time. */
  synchronized GarbageResource run(boolean dryRun, boolean now) throws IOException {
    List<String> releases = new ArrayList<>();
    for (Map.Entry<AppName, KeptApp> app : apps.entrySet()) {
      for (ReleaseId gone : app.getValue().prune(dryRun)) {
        releases.add(app.getKey() + "/" + gone);
      }
    }
    int spares = 0;
    if (now && !dryRun) {
      for (KeptApp app : apps.values()) {
        spares += app.dropSpares();
      }
    }
    KeySet named = new KeySet(KeySet.DEFAULT_LIMIT);
    AtomicBoolean complete = new AtomicBoolean(true);
    for (KeptApp app : apps.values()) {
      app.eachNamed(key -> {
        if (!named.add(key)) {
          complete.set(false);
        }
      });
    }
    Swept swept =
        content.sweep(
            now ? Instant.MAX : clock.instant().minus(grace),
            key -> !complete.get() || named.contains(key),
            dryRun);
    return new GarbageResource(
        dryRun,
        releases,
        spares,
        swept.blobs(),
        swept.bytes(),
        swept.keptBlobs(),
        swept.keptBytes(),
        false);
  }
}
