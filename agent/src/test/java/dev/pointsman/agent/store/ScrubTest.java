package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubTest {
  private static final Pace UNHURRIED = _ -> {};

  @TempDir private Path root;
  private StoreHost host;
  private ContentStore store;

  @BeforeEach
  void openStore() throws IOException {
    host = new StoreHost(root);
    store = host.open();
  }

  private Scrubbed whole() throws Exception {
    Scrubbed all = Scrubbed.NOTHING;
    do {
      all = all.plus(store.scrubNext(UNHURRIED));
    } while (store.scrubState().next() != 0);
    return all;
  }

  /** Changes content without a trace in size, mode and time: what only reading can find. */
  private void rot(Path blob) throws IOException {
    FileTime stamp = Files.getLastModifiedTime(blob);
    StoreHost.writeInPlace(blob, "c0ntent");
    Files.setLastModifiedTime(blob, stamp);
  }

  @Test
  void readsEverythingOnceAndFindsNothingWrongWithWhatIsSound() throws Exception {
    for (int i = 0; i < 40; i++) {
      host.keep(store, "content " + i);
    }
    List<Integer> read = new ArrayList<>();
    Scrubbed all = Scrubbed.NOTHING;
    do {
      all = all.plus(store.scrubNext(read::add));
    } while (store.scrubState().next() != 0);

    assertThat(all).isEqualTo(new Scrubbed(40, 10 * 9 + 30 * 10, 0));
    assertThat(read.stream().mapToInt(Integer::intValue).sum()).isEqualTo(10 * 9 + 30 * 10);
    assertThat(host.alarms).isEmpty();
  }

  @Test
  void findsContentThatRottedWithoutATrace() throws Exception {
    BlobKey key = host.keep(store, "content");
    host.keep(store, "other");
    rot(host.blob(key));

    assertThat(whole().damaged()).isEqualTo(1);

    assertThat(host.quarantined()).hasSize(1);
    assertThat(store.quarantined()).isEqualTo(1);
    assertThat(host.alarms).hasSize(1).first().asString().contains(key.sha256());
    assertThat(store.holds(key)).isFalse();
    assertThat(host.blob(key)).doesNotExist();

    host.keep(store, "content");
    assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isTrue();
    assertThat(whole().damaged()).isZero();
  }

  @Test
  void repairsTheStampOfWhatIsSound() throws Exception {
    BlobKey key = host.keep(store, "content");
    rot(host.blob(key));
    StoreHost.writeInPlace(host.blob(key), "content"); // Somebody wrote the same again.

    assertThat(whole().damaged()).isZero();
    assertThat(host.alarms).isEmpty();
  }

  @Test
  void goesOnWhereItWasAfterARestartAndNotesWhenItWasDone() throws Exception {
    for (int i = 0; i < 100; i++) {
      store.scrubNext(UNHURRIED);
    }
    Instant later = StoreHost.NOW.plus(Duration.ofDays(1));
    host.clock = Clock.fixed(later, ZoneOffset.UTC);
    store = host.open();

    assertThat(store.scrubState()).isEqualTo(new ScrubState(100, StoreHost.NOW));
    for (int i = 100; i < 256; i++) {
      store.scrubNext(UNHURRIED);
    }
    assertThat(store.scrubState()).isEqualTo(new ScrubState(0, later));
    assertThat(host.open().scrubState()).isEqualTo(new ScrubState(0, later));
  }

  @Test
  void aTornPositionIsAnotherStart() throws Exception {
    Files.writeString(root.resolve("store/scrub"), "scrub 1 17 2026-11");
    assertThat(host.open().scrubState()).isEqualTo(new ScrubState(0, StoreHost.NOW));
    Files.writeString(root.resolve("store/scrub"), "");
    assertThat(host.open().scrubState()).isEqualTo(new ScrubState(0, StoreHost.NOW));
  }
}
