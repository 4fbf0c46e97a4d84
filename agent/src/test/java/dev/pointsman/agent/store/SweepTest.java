package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private static final Instant LATER = Instant.now().plusSeconds(3600);

  @TempDir private Path root;
  private StoreHost host;
  private ContentStore store;

  @BeforeEach
  void openStore() throws IOException {
    host = new StoreHost(root);
    store = host.open();
  }

  @Test
  void deletesWhatNoReleaseHasAndLeavesWhatOneHas() throws IOException {
    BlobKey unused = host.keep(store, "unused");
    BlobKey used = host.keep(store, "used");
    store.place(used, 4, host.target("f"), Sharing.LINK);

    Swept swept = store.sweep(LATER, _ -> false, false);

    assertThat(swept).isEqualTo(new Swept(1, 6, 1, 4));
    assertThat(store.holds(unused)).isFalse();
    assertThat(host.blob(unused)).doesNotExist();
    assertThat(store.holds(used)).isTrue();
    assertThat(host.target("f")).hasContent("used");
  }

  @Test
  void waitsForTheGraceAfterTheLastLinkHasGone() throws Exception {
    BlobKey key = host.keep(store, "content");
    Instant changed = BlobStat.of(host.blob(key)).orElseThrow().changed().toInstant();

    assertThat(store.sweep(changed.minusNanos(1), _ -> false, false).blobs()).isZero();
    assertThat(store.holds(key)).isTrue();
    assertThat(store.sweep(changed, _ -> false, false).blobs()).isEqualTo(1);
  }

  @Test
  void leavesWhatASessionOrACopyingAppNames() throws IOException {
    BlobKey named = host.keep(store, "named");
    host.keep(store, "other");

    Swept swept = store.sweep(LATER, Set.of(named)::contains, false);

    assertThat(swept.blobs()).isEqualTo(1);
    assertThat(store.place(named, 5, host.target("f"), Sharing.COPY)).isTrue();
  }

  @Test
  void aDryRunTellsAndDeletesNothing() throws IOException {
    BlobKey key = host.keep(store, "content");

    assertThat(store.sweep(LATER, _ -> false, true)).isEqualTo(new Swept(1, 7, 0, 0));
    assertThat(store.holds(key)).isTrue();
    assertThat(host.blob(key)).exists();
  }

  @Test
  void leavesWhatIsNoBlob() throws IOException {
    host.keep(store, "content");
    store.sweep(LATER, _ -> false, false);
    Path alien = host.blob(StoreHost.key("content")).resolveSibling("README");
    Files.writeString(alien, "?");

    assertThat(store.sweep(LATER, _ -> false, false)).isEqualTo(Swept.NOTHING);
    assertThat(alien).exists();
  }

  @Test
  void stoppedInTheMiddleItLeavesAStoreThatIsRight() throws IOException {
    List<BlobKey> keys = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      keys.add(host.keep(store, "content " + i));
    }
    int[] asked = {0};

    assertThatThrownBy(() ->
            store.sweep(
                LATER,
                _ -> {
                  if (asked[0]++ == 50) {
                    throw new IllegalStateException("killed");
                  }
                  return false;
                },
                false))
        .hasMessage("killed");

    assertThat(store.size()).isEqualTo(50);
    ContentStore again = host.open();
    for (BlobKey key : keys) {
      assertThat(store.holds(key)).isEqualTo(again.holds(key));
      assertThat(again.holds(key)).isEqualTo(Files.exists(host.blob(key)));
    }
    assertThat(again.sweep(LATER, _ -> false, false).blobs()).isEqualTo(50);
    assertThat(again.size()).isZero();
  }
}
