package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
  @TempDir private Path root;
  private StoreHost host;
  private ContentStore store;

  @BeforeEach
  void openStore() throws IOException {
    host = new StoreHost(root);
    store = host.open();
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Nested
  class Keeping {
    @Test
    void hasNothingAtFirst() throws IOException {
      assertThat(store.holds(StoreHost.key("a"))).isFalse();
      assertThat(store.place(StoreHost.key("a"), 1, host.target("f"), Sharing.LINK)).isFalse();
      assertThat(host.target("f")).doesNotExist();
      assertThat(store.keepsNanoseconds()).isTrue();
    }

    @Test
    void linksAFileOfAReleaseUnderItsDigest() throws IOException {
      Path file = host.file("run", "content", true);
      BlobKey key = StoreHost.key("content", true);

      store.keep(key, file, Sharing.LINK);

      assertThat(store.holds(key)).isTrue();
      assertThat(store.holds(new BlobKey(key.sha256(), false))).isFalse();
      Path blob =
          root.resolve("store/v1")
              .resolve(key.sha256().substring(0, 2))
              .resolve(key.sha256().substring(2) + ".x");
      assertThat(inode(blob)).isEqualTo(inode(file));
    }

    @Test
    void knowsWhatItHasWhenItIsOpenedAgain() throws IOException {
      BlobKey key = host.keep(store, "content");
      store = host.open();

      assertThat(store.holds(key)).isTrue();
      assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void leavesWhatIsThereAlready() throws IOException {
      Path first = host.file("first", "content");
      BlobKey key = StoreHost.key("content");
      store.keep(key, first, Sharing.LINK);

      store.keep(key, host.file("second", "content"), Sharing.LINK);

      assertThat(inode(host.blob(key))).isEqualTo(inode(first));
    }

    @Test
    void aCopyCountsWhenItIsOnDisk() throws IOException {
      Path file = host.file("f", "content");
      BlobKey key = StoreHost.key("content");

      store.keep(key, file, Sharing.COPY);
      assertThat(store.holds(key)).isFalse();
      assertThat(host.blob(key)).doesNotExist();

      store.settle();
      assertThat(host.barriers).hasValue(1);
      assertThat(store.holds(key)).isTrue();
      assertThat(inode(host.blob(key))).isNotEqualTo(inode(file));
      assertThat(store.place(key, 7, host.target("g"), Sharing.LINK)).isTrue();
      assertThat(host.alarms).isEmpty();
    }

    @Test
    void copiesThatNeverReachedTheDiskAreGoneAfterAStart() throws IOException {
      BlobKey key = StoreHost.key("content");
      store.keep(key, host.file("f", "content"), Sharing.COPY);

      store = host.open();

      assertThat(store.holds(key)).isFalse();
      assertThat(root.resolve("store/new")).isEmptyDirectory();
    }

    @Test
    void emptyContentIsNeverKept() throws IOException {
      BlobKey nothing = StoreHost.key("");
      store.keep(nothing, host.file("f", ""), Sharing.LINK);

      assertThat(host.blob(nothing)).doesNotExist();
      assertThat(store.holds(nothing)).isTrue();
    }

    @Test
    void whatDoesNotFitIntoMemoryIsNotHeld() throws IOException {
      host.keyLimit = 1;
      store = host.open();
      BlobKey first = host.keep(store, "first");
      BlobKey second = host.keep(store, "second");

      assertThat(store.holds(first)).isTrue();
      assertThat(store.holds(second)).isFalse();
      assertThat(host.blob(second)).exists();
    }
  }

  @Nested
  class Placing {
    @Test
    void linksIntoTheRelease() throws IOException {
      BlobKey key = host.keep(store, "content");

      assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isTrue();

      assertThat(host.target("f")).hasContent("content");
      assertThat(inode(host.target("f"))).isEqualTo(inode(host.blob(key)));
    }

    @Test
    void copiesForAnAppThatCouldWriteToALink() throws IOException {
      BlobKey key = host.keep(store, "content");

      assertThat(store.place(key, 7, host.target("f"), Sharing.COPY)).isTrue();

      Path file = host.target("f");
      assertThat(file).hasContent("content");
      assertThat(inode(file)).isNotEqualTo(inode(host.blob(key)));
      assertThat(mode(file)).isEqualTo("r--r--r--");
      assertThat(Files.getLastModifiedTime(file))
          .isEqualTo(Stamp.of(StoreHost.CREATED, key.sha256()));
    }

    @Test
    void createsEmptyFilesAnew() throws IOException {
      BlobKey nothing = StoreHost.key("", true);

      assertThat(store.place(nothing, 0, host.target("f"), Sharing.LINK)).isTrue();
      assertThat(store.place(nothing, 0, host.target("g"), Sharing.COPY)).isTrue();

      assertThat(host.target("f")).isEmptyFile();
      assertThat(mode(host.target("f"))).isEqualTo("r-xr-xr-x");
      assertThat(inode(host.target("f"))).isNotEqualTo(inode(host.target("g")));
      assertThat(Stamp.isOn(Files.getLastModifiedTime(host.target("f")), nothing.sha256()))
          .isTrue();
      assertThat(store.place(nothing, 1, host.target("h"), Sharing.LINK)).isFalse();
      assertThat(host.target("h")).doesNotExist();
    }

    @Test
    void refusesToReplaceAFile() throws IOException {
      BlobKey key = host.keep(store, "content");
      Files.writeString(host.target("f"), "mine");

      for (Sharing sharing : Sharing.values()) {
        assertThatThrownBy(() -> store.place(key, 7, host.target("f"), sharing))
            .isInstanceOf(FileAlreadyExistsException.class);
      }
      assertThat(host.target("f")).hasContent("mine");
    }

    @Test
    void saysWhatItCouldNotDo() throws IOException {
      BlobKey key = host.keep(store, "content");

      assertThatThrownBy(() -> store.place(key, 7, host.target("no/f"), Sharing.LINK))
          .hasMessageStartingWith("cannot link ")
          .hasMessageContaining("No such file or directory (ENOENT)");
      assertThatThrownBy(() -> store.place(key, 7, host.target("no/f"), Sharing.COPY))
          .isInstanceOf(IOException.class);
      assertThat(store.holds(key)).isTrue();
    }

    @Test
    void whatIsGoneFromTheDiskIsMissing() throws IOException {
      for (Sharing sharing : Sharing.values()) {
        BlobKey key = host.keep(store, "content");
        Files.delete(host.blob(key));

        assertThat(store.place(key, 7, host.target("f"), sharing)).isFalse();
        assertThat(store.holds(key)).isFalse();
      }
      assertThat(host.alarms).isEmpty();
    }
  }

  @Nested
  class Unfit {
    private BlobKey key;

    @BeforeEach
    void keep() throws IOException {
      key = host.keep(store, "content");
    }

    private void isQuarantined(String why) throws IOException {
      assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isFalse();
      assertThat(host.target("f")).doesNotExist();
      assertThat(store.holds(key)).isFalse();
      assertThat(host.quarantined()).hasSize(1).first().asString().contains(key.sha256());
      assertThat(host.alarms).hasSize(1).first().asString().contains(why);
    }

    @Test
    void contentThatWasWrittenInPlaceIsQuarantinedThoughItsSizeIsTheSame() throws IOException {
      StoreHost.writeInPlace(host.blob(key), "CONTENT");
      isQuarantined("has other content than its name says");
    }

    @Test
    void contentOfAnotherSizeIsQuarantinedThoughItsStampIsRight() throws IOException {
      FileTime stamp = Files.getLastModifiedTime(host.blob(key));
      StoreHost.writeInPlace(host.blob(key), "more content");
      Files.setLastModifiedTime(host.blob(key), stamp);
      isQuarantined("has other content than its name says");
    }

    @Test
    void aLinkInPlaceOfABlobIsNeverFollowed() throws IOException {
      Path elsewhere = Files.move(host.blob(key), root.resolve("elsewhere"));
      Files.createSymbolicLink(host.blob(key), elsewhere);
      isQuarantined("is not a regular file");
    }

    @Test
    void aBlobOfAnotherUserIsQuarantinedThoughItsContentIsRight() throws IOException {
      Files.setAttribute(host.blob(key), "unix:uid", 65534);
      isQuarantined("belongs to the user 65534");
    }

    @Test
    void whatWasQuarantinedIsKeptAgainWhenItIsSentAgain() throws IOException {
      StoreHost.writeInPlace(host.blob(key), "CONTENT");
      isQuarantined("other content");

      host.keep(store, "content");

      assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isTrue();
      assertThat(host.target("f")).hasContent("content");
    }

    @Test
    void soundContentWithAWrongTimeGetsItsStampBack() throws IOException {
      Files.setLastModifiedTime(
          host.blob(key), FileTime.from(Instant.parse("2026-11-21T00:00:00Z")));

      assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isTrue();

      assertThat(Files.getLastModifiedTime(host.target("f")))
          .isEqualTo(Stamp.of(Instant.parse("2026-11-21T00:00:00Z"), key.sha256()));
      assertThat(host.alarms).isEmpty();
    }

    @Test
    void soundContentWithAWrongModeGetsItsModeBack() throws IOException {
      Files.setPosixFilePermissions(host.blob(key), PosixFilePermissions.fromString("rw-rw-rw-"));

      assertThat(store.place(key, 7, host.target("f"), Sharing.COPY)).isTrue();

      assertThat(mode(host.blob(key))).isEqualTo("r--r--r--");
      assertThat(mode(host.target("f"))).isEqualTo("r--r--r--");
    }

    @Test
    void aListThatLiesAboutASizeDoesNoHarmToTheBlob() throws IOException {
      assertThat(store.place(key, 8, host.target("f"), Sharing.LINK)).isFalse();

      assertThat(store.holds(key)).isTrue();
      assertThat(host.alarms).isEmpty();
      assertThat(store.place(key, 7, host.target("f"), Sharing.LINK)).isTrue();
    }
  }
}
