package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.DurabilityMode;
import dev.pointsman.agent.config.HostConfig.StoreConfig;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.http.Control.Collecting;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.agent.store.Stamp;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreKeeperTest {
  private static final Instant CREATED = Instant.parse("2026-11-20T10:00:00Z");

  @TempDir private Path root;
  private final EventLog events = new EventLog(Clock.systemUTC());
  private final Damages damages = new Damages(events);
  private final FakeApp app = new FakeApp();
  private Instant now = Instant.now();
  private long freePercent = 50;
  private StoreConfig config = StoreConfig.DEFAULT;
  private ContentStore content;

  private static final class FakeApp implements KeptApp {
    final List<ReleaseId> superfluous = new ArrayList<>();
    final List<ReleaseId> removed = new ArrayList<>();
    final List<BlobKey> named = new ArrayList<>();
    final List<BlobKey> lookedFor = new ArrayList<>();

    @Override
    public List<ReleaseId> prune(boolean dryRun) {
      List<ReleaseId> going = List.copyOf(superfluous);
      if (!dryRun) {
        removed.addAll(going);
        superfluous.clear();
      }
      return going;
    }

    @Override
    public int dropSpares() {
      return 2;
    }

    @Override
    public void eachNamed(Consumer<BlobKey> consumer) {
      named.forEach(consumer);
    }

    @Override
    public void lookForDamage(BlobKey key) {
      lookedFor.add(key);
    }
  }

  @BeforeEach
  void openStore() throws IOException {
    content = ContentStore.open(root, _ -> {}, damages, clock());
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  private StoreKeeper keeper() {
    TreeMap<AppName, KeptApp> apps = new TreeMap<>();
    apps.put(new AppName("web"), app);
    DiskSpace space = _ -> new DiskSpace.Free(100L << 30, freePercent << 30, 1_000_000);
    return new StoreKeeper(
        new StoreKeeper.Parts(
            config,
            root,
            content,
            apps.values(),
            new GarbageCollection(apps, content, config.grace(), clock()),
            damages,
            space,
            events,
            clock(),
            _ -> {}));
  }

  private static BlobKey key(String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new BlobKey(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)), false);
  }

  private BlobKey keep(String text) throws Exception {
    BlobKey key = key(text);
    Path file = Files.writeString(root.resolve("file"), text);
    Files.setLastModifiedTime(file, Stamp.of(CREATED, key.sha256()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    content.keep(key, file, Sharing.LINK);
    Files.delete(file);
    return key;
  }

  private List<String> told() {
    return events.since(null).stream().map(EventResource::type).toList();
  }

  @Test
  void sweepsAtTheStartAndEveryHourWhatIsOlderThanTheGrace() throws Exception {
    BlobKey key = keep("content");
    StoreKeeper keeper = keeper();
    keeper.turn();
    assertThat(content.holds(key)).isTrue();

    now = now.plus(Duration.ofHours(25));
    keeper.turn();
    assertThat(content.holds(key)).isFalse();
    assertThat(told()).containsExactly("store.swept");
    assertThat(keeper.tally().sweptBytes()).isEqualTo(7);

    BlobKey other = keep("other");
    now = now.plus(Duration.ofMinutes(59));
    config = withGrace(Duration.ZERO);
    keeper.turn();
    assertThat(content.holds(other)).isTrue();
  }

  private static StoreConfig withGrace(Duration grace) {
    StoreConfig is = StoreConfig.DEFAULT;
    return new StoreConfig(
        DurabilityMode.SYNCFS, Optional.empty(), grace, 10, is.scrubInterval(), is.scrubRate());
  }

  @Test
  void waitsForNoGraceWhenSpaceRunsShortButNotAgainAndAgain() throws Exception {
    BlobKey key = keep("content");
    StoreKeeper keeper = keeper();
    freePercent = 9;

    keeper.turn();
    assertThat(content.holds(key)).isFalse();
    assertThat(told()).containsExactly("store.swept", "store.low_space");

    BlobKey other = keep("other");
    now = now.plus(Duration.ofMinutes(9));
    keeper.turn();
    assertThat(content.holds(other)).isTrue();
    now = now.plus(Duration.ofMinutes(1));
    keeper.turn();
    assertThat(content.holds(other)).isFalse();
  }

  @Test
  void leavesWhatAnAppNamesHoweverShortSpaceIs() throws Exception {
    BlobKey key = keep("content");
    app.named.add(key);
    freePercent = 1;

    keeper().turn();

    assertThat(content.holds(key)).isTrue();
  }

  @Test
  void tellsWithADryRunWhatWouldGoAndThenDoesIt() throws Exception {
    BlobKey key = keep("content");
    app.superfluous.add(new ReleaseId("r1"));
    StoreKeeper keeper = keeper();

    GarbageResource would = keeper.collect(new Collecting(true, true, true));
    assertThat(would).isEqualTo(new GarbageResource(true, List.of("web/r1"), 0, 1, 7, 0, 0, false));
    assertThat(content.holds(key)).isTrue();
    assertThat(app.removed).isEmpty();

    GarbageResource did = keeper.collect(new Collecting(false, true, false));
    assertThat(did).isEqualTo(new GarbageResource(false, List.of("web/r1"), 2, 1, 7, 0, 0, false));
    assertThat(content.holds(key)).isFalse();
    assertThat(app.removed).containsExactly(new ReleaseId("r1"));
  }

  @Test
  void readsEverythingWhenItIsDueAndLooksForTheReleasesOfWhatIsDamaged() throws Exception {
    BlobKey key = keep("content");
    Path blob =
        root.resolve("store/v1")
            .resolve(key.sha256().substring(0, 2))
            .resolve(key.sha256().substring(2));
    Files.setPosixFilePermissions(blob, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(blob, "c0ntent");
    StoreKeeper keeper = keeper();
    assertThat(keeper.turn()).isFalse();
    app.named.add(key);

    now = now.plus(Duration.ofDays(7));
    int turns = 1;
    while (keeper.turn()) {
      turns++;
    }
    assertThat(turns).isEqualTo(256);
    assertThat(content.holds(key)).isFalse();
    assertThat(told()).contains("store.damaged");
    keeper.turn();
    assertThat(app.lookedFor).containsExactly(key);
    assertThat(keeper.tally().damages()).isEqualTo(1);
    assertThat(content.scrubState().completed()).isEqualTo(now);
  }

  @Test
  void beginsToReadEverythingWhenItIsAsked() throws Exception {
    StoreKeeper keeper = keeper();
    assertThat(keeper.collect(new Collecting(false, false, true)).scrubbing()).isTrue();

    assertThat(keeper.turn()).isTrue();
  }

  @Test
  void stopsWhateverItIsAt() throws Exception {
    StoreKeeper keeper = keeper();
    keeper.start();
    keeper.stop();
    keeper().stop();
  }
}
