package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.FileSystems;
import dev.pointsman.agent.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens where a link cannot be made. */
class LinkLimitTest {
  /** Of ext4; other file systems have higher ones. */
  private static final int REAL_LIMIT = 65_000;

  @TempDir private Path root;
  private StoreHost host;
  private ContentStore store;
  private BlobKey key;

  @BeforeEach
  void openStore() throws IOException {
    host = new StoreHost(root);
    store = host.open();
    key = host.keep(store, "content");
  }

  private void limitLinksTo(int limit) {
    host.links =
        (existing, link) -> {
          if ((Integer) Files.getAttribute(existing, "unix:nlink") >= limit) {
            throw new LinuxException("link", Errno.EMLINK.number());
          }
          FileSystems.link(existing, link);
        };
  }

  private void failAlwaysWith(Errno errno) {
    host.links =
        (_, _) -> {
          throw new LinuxException("link", errno.number());
        };
  }

  private Set<Object> place(int files) throws IOException {
    Set<Object> inodes = new HashSet<>();
    for (int i = 0; i < files; i++) {
      assertThat(store.place(key, 7, host.target("f" + i), Sharing.LINK)).isTrue();
      inodes.add(Files.getAttribute(host.target("f" + i), "unix:ino"));
    }
    return inodes;
  }

  @Test
  void aFullBlobGetsASpillCopyAndThatAnother() throws IOException {
    limitLinksTo(4);

    assertThat(place(8)).hasSize(3);

    assertThat(host.blob(key, 2)).hasContent("content");
    assertThat(host.blob(key, 3)).hasContent("content");
    assertThat(host.blob(key, 4)).doesNotExist();
    assertThat(Files.getLastModifiedTime(host.blob(key, 3)))
        .isEqualTo(Stamp.of(StoreHost.CREATED, key.sha256()));
    assertThat(Files.getAttribute(host.blob(key, 3), "unix:mode")).isEqualTo(0100444);
    assertThat(root.resolve("store/new")).isEmptyDirectory();
  }

  @Test
  void spillsAreUsedAgainAndSweptWhenTheirReleasesHaveGone() throws IOException {
    limitLinksTo(3);
    place(6);
    for (int i = 2; i < 6; i++) {
      Files.delete(host.target("f" + i));
    }
    store = host.open();
    assertThat(store.holds(key)).isTrue();
    assertThat(store.place(key, 7, host.target("again"), Sharing.LINK)).isTrue();
    assertThat(Files.getAttribute(host.blob(key, 2), "unix:nlink")).isEqualTo(2);

    store.sweep(Instant.now().plusSeconds(60), _ -> false, false);

    assertThat(host.blob(key, 3)).doesNotExist();
    assertThat(host.blob(key, 2)).exists();
    assertThat(store.holds(key)).isTrue();
  }

  @Test
  void aDamagedSpillIsQuarantinedAndReplaced() throws IOException {
    limitLinksTo(2);
    place(2);
    StoreHost.writeInPlace(host.blob(key, 2), "CONTENT");
    Files.delete(host.target("f1"));

    assertThat(store.place(key, 7, host.target("next"), Sharing.LINK)).isTrue();

    assertThat(host.target("next")).hasContent("content");
    assertThat(host.quarantined()).hasSize(1);
  }

  @Test
  void placesMoreFilesThanAnInodeOfExt4CanHaveNames() throws IOException {
    for (int i = 2; i < REAL_LIMIT; i++) {
      FileSystems.link(host.blob(key), host.target("l" + i));
    }

    Set<Object> inodes = place(3);

    assertThat(inodes).hasSizeBetween(1, 2);
    assertThat(Files.exists(host.blob(key, 2))).isEqualTo(inodes.size() == 2);
    assertThat(host.target("f2")).hasContent("content");
  }

  @Test
  void copiesWhereNoLinkIsAllowed() throws IOException {
    for (Errno errno : new Errno[] {Errno.EXDEV, Errno.EPERM}) {
      failAlwaysWith(errno);

      Path file = host.target("f" + errno);
      assertThat(store.place(key, 7, file, Sharing.LINK)).isTrue();

      assertThat(file).hasContent("content");
      assertThat(Files.getLastModifiedTime(file))
          .isEqualTo(Stamp.of(StoreHost.CREATED, key.sha256()));
    }
  }

  @Test
  void keepsACopyOfAFileThatHasAllLinksItCanHave() throws IOException {
    Path file = host.file("full", "other");
    BlobKey other = StoreHost.key("other");
    failAlwaysWith(Errno.EMLINK);

    store.keep(other, file, Sharing.LINK);
    store.settle();

    assertThat(store.holds(other)).isTrue();
    assertThat(host.blob(other)).hasContent("other");
  }
}
