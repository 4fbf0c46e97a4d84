package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.store.Stamp;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseStoreTest {
  private static final ReleaseId R1 = new ReleaseId("r1");
  private static final ReleaseId R2 = new ReleaseId("r2");
  private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

  @TempDir private Path root;
  private ReleaseStore store;

  @BeforeEach
  void openStore() throws IOException {
    store = open();
  }

  private ReleaseStore open() throws IOException {
    return ReleaseStore.open(
        root, Stages.WEB, new FsyncDurability(), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private Path app() {
    return root.resolve("apps/web");
  }

  private static ErrorCode refusal(ThrowingCheck check) {
    return catchThrowableOfType(Rejected.class, check::run).code();
  }

  private interface ThrowingCheck {
    void run() throws Throwable;
  }

  @Nested
  class Publishing {
    @Test
    void putsTheTreeAndItsEvidenceInPlace() throws Exception {
      StagedRelease release = Stages.publish(store, R1, Stages.TREE);

      assertThat(release.directory()).isEqualTo(app().resolve("releases/r1"));
      assertThat(release.files()).isEqualTo(3);
      assertThat(release.bytes()).isEqualTo(8 + 9 + 6);
      assertThat(release.signers()).containsExactly("ci@web");
      assertThat(release.stagedAt()).isEqualTo(NOW);
      assertThat(release.digest()).isEqualTo(Sha256.of(Stages.manifest(R1).toJson()));
      assertThat(DiskSnapshot.of(release.directory()))
          .containsOnlyKeys(
              "",
              "bin",
              "bin/start",
              "index.html",
              "server",
              "server/main.js",
              "server/run.sh",
              "uploads",
              "uploads/empty")
          .containsEntry("bin/start", "link to ../server/run.sh");
      assertThat(DiskSnapshot.of(app().resolve("meta/r1")))
          .containsOnlyKeys("", "release.json", "release.json.sig", "files.lst", "seal");
      assertThat(store.find(R1)).contains(release);
      assertThat(store.list()).containsExactly(release);
      assertThat(root.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void givesModesAndTimesThatDependOnNothing() throws Exception {
      Path release = Stages.publish(store, R1, Stages.TREE).directory();
      Map<String, String> seen = DiskSnapshot.of(release);
      assertThat(seen.get("index.html")).startsWith("file r--r--r-- ");
      assertThat(seen.get("server/run.sh")).startsWith("file r-xr-xr-x ");
      assertThat(seen.get("")).isEqualTo("directory rwxr-xr-x");
      assertThat(seen.get("uploads/empty")).isEqualTo("directory rwxr-xr-x");
      for (String file : List.of("index.html", "server/run.sh", "server/main.js")) {
        assertThat(Files.getLastModifiedTime(release.resolve(file)))
            .isEqualTo(Stamp.of(Stages.CREATED, Sha256.ofFile(release.resolve(file))));
      }
      assertThat(Files.getPosixFilePermissions(root.resolve("incoming")))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void refusesAnIdThatIsHere() throws Exception {
      Stages.publish(store, R1, Stages.TREE);
      Map<String, String> before = DiskSnapshot.of(root);
      assertThat(refusal(() -> Stages.publish(store, R1, Map.of("server/run.sh", "x"))))
          .isEqualTo(ErrorCode.RELEASE_EXISTS);
      assertThat(DiskSnapshot.of(root)).isEqualTo(before);
    }

    @Test
    void takesEverythingBackWhenTheDiskFails() throws Exception {
      Stages.publish(store, R1, Stages.TREE);
      Map<String, String> before = DiskSnapshot.of(root);
      for (int step = 1; step <= 3; step++) {
        ReleaseStore failing =
            ReleaseStore.open(
                root,
                Stages.WEB,
                new StoppingDurability(step, () -> new IOException("EIO")),
                Clock.systemUTC());
        assertThatThrownBy(() -> Stages.publish(failing, R2, Stages.TREE)).hasMessage("EIO");
        assertThat(DiskSnapshot.of(root)).as("after step " + step).isEqualTo(before);
      }
    }

    @Test
    void writesNothingOutsideIncomingBefore() throws Exception {
      Map<String, String> before = DiskSnapshot.of(root.resolve("apps"));
      try (Staging staging = Stages.stage(store, R1)) {
        Stages.fill(staging, Stages.TREE);
        assertThat(DiskSnapshot.of(root.resolve("apps"))).isEqualTo(before);
        assertThat(Files.getPosixFilePermissions(staging.directory()))
            .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      }
      store.session(R1).delete();
      assertThat(root.resolve("incoming")).isEmptyDirectory();
    }
  }

  @Nested
  class Current {
    @Test
    void isAbsentAtFirstAndThenARelativeLink() throws Exception {
      assertThat(store.current()).isEmpty();
      Stages.publish(store, R1, Stages.TREE);
      Stages.publish(store, R2, Stages.TREE);
      store.flip(R1);
      assertThat(store.current()).contains(R1);
      store.flip(R2);
      store.flip(R2);
      assertThat(Files.readSymbolicLink(store.currentLink())).isEqualTo(Path.of("releases/r2"));
      assertThat(DiskSnapshot.of(app())).doesNotContainKey("current.");
      store.clearCurrent();
      store.clearCurrent();
      assertThat(store.current()).isEmpty();
    }

    @Test
    void isNeverADanglingLink() throws Exception {
      assertThatThrownBy(() -> store.flip(R1)).isInstanceOf(IOException.class);
      Stages.publish(store, R1, Stages.TREE);
      store.flip(R1);
      assertThatThrownBy(() -> store.remove(R1)).isInstanceOf(IllegalStateException.class);
      assertThat(store.currentLink()).isDirectoryContaining("glob:**/index.html");
    }

    @Test
    void thatSomebodyReplacedIsNotTouched() throws Exception {
      Stages.publish(store, R1, Stages.TREE);
      Files.writeString(store.currentLink(), "mine");
      assertThatThrownBy(() -> store.flip(R1)).hasMessageContaining("not a symbolic link");
      assertThatThrownBy(store::current).hasMessageContaining("not a symbolic link");
      assertThatThrownBy(store::clearCurrent).hasMessageContaining("not a symbolic link");
      assertThat(store.currentLink()).hasContent("mine");
      Files.delete(store.currentLink());
      Files.createSymbolicLink(store.currentLink(), root);
      assertThatThrownBy(store::current).hasMessageContaining("none of the app's releases");
    }

    @Test
    void isThereAtEveryMomentOfAFlip() throws Exception {
      Stages.publish(store, R1, Stages.TREE);
      Stages.publish(store, R2, Stages.TREE);
      store.flip(R1);
      Thread flipper =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    store.flip(i % 2 == 0 ? R2 : R1);
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      int seen = 0;
      while (flipper.isAlive()) {
        assertThat(Files.readSymbolicLink(store.currentLink()).toString()).startsWith("releases/r");
        seen++;
      }
      flipper.join();
      assertThat(seen).isPositive();
      assertThat(store.current()).contains(R1);
    }
  }

  @Nested
  class Verifying {
    private Path release;

    @BeforeEach
    void stage() throws Exception {
      release = Stages.publish(store, R1, Stages.TREE).directory();
    }

    private void refuses(String path) {
      Rejected rejected = catchThrowableOfType(Rejected.class, () -> store.verify(R1));
      assertThat(rejected.code()).isEqualTo(ErrorCode.RELEASE_DAMAGED);
      assertThat(rejected.entry()).isEqualTo(path);
    }

    @Test
    void passesWhatWasStaged() {
      assertThatCode(() -> store.verify(R1)).doesNotThrowAnyException();
      assertThatCode(() -> store.verifyFully(R1)).doesNotThrowAnyException();
      assertThat(refusal(() -> store.verify(R2))).isEqualTo(ErrorCode.RELEASE_UNKNOWN);
    }

    @Test
    void namesAMissingFile() throws Exception {
      Files.delete(release.resolve("server/main.js"));
      refuses("server/main.js");
    }

    @Test
    void namesAFileOfOtherSizeOrTimeOrMode() throws Exception {
      Path file = release.resolve("index.html");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      refuses("index.html");
      FileTime stamp = Files.getLastModifiedTime(file);
      Files.writeString(file, "<HTML>");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      refuses("index.html"); // By its time.
      Files.setLastModifiedTime(file, stamp);
      assertThatCode(() -> store.verify(R1)).doesNotThrowAnyException();
      Rejected rejected = catchThrowableOfType(Rejected.class, () -> store.verifyFully(R1));
      assertThat(rejected.entry()).isEqualTo("index.html");
    }

    @Test
    void namesWhatBecameAnotherType() throws Exception {
      Files.delete(release.resolve("index.html"));
      Files.createSymbolicLink(release.resolve("index.html"), Path.of("server/main.js"));
      refuses("index.html");
    }

    @Test
    void namesALinkThatLeadsElsewhere() throws Exception {
      Files.delete(release.resolve("bin/start"));
      Files.createSymbolicLink(release.resolve("bin/start"), Path.of("../index.html"));
      refuses("bin/start");
    }

    @Test
    void namesAnEmptyDirectoryThatIsGone() throws Exception {
      Files.delete(release.resolve("uploads/empty"));
      refuses("uploads/empty");
    }

    @Test
    void mindsAddedFilesOnlyInFull() throws Exception {
      Files.writeString(release.resolve("server/cache"), "x");
      assertThatCode(() -> store.verify(R1)).doesNotThrowAnyException();
      Rejected rejected = catchThrowableOfType(Rejected.class, () -> store.verifyFully(R1));
      assertThat(rejected.entry()).isEqualTo("server/cache");
    }

    @Test
    void refusesChangedEvidence() throws Exception {
      for (String file : List.of("release.json", "files.lst", "seal")) {
        Path path = app().resolve("meta/r1").resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        byte[] changed = bytes.clone();
        changed[changed.length / 2] ^= 1;
        Files.write(path.resolveSibling("new"), changed);
        Files.move(
            path.resolveSibling("new"), path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        refuses("meta/r1");
        Files.delete(path);
        Files.write(path, bytes);
        assertThatCode(() -> store.verifyFully(R1)).doesNotThrowAnyException();
      }
    }
  }

  @Nested
  class Removing {
    @Test
    void leavesNothing() throws Exception {
      Map<String, String> before = DiskSnapshot.of(root);
      Stages.publish(store, R1, Stages.TREE);
      store.remove(R1);
      store.remove(R1);
      assertThat(DiskSnapshot.of(root)).isEqualTo(before);
      assertThat(store.find(R1)).isEmpty();
    }

    @Test
    void isEndedByRecoveryWhereverItStopped() throws Exception {
      Map<String, String> before = DiskSnapshot.of(root);
      Stages.publish(store, R1, Stages.TREE);
      ReleaseStore stopping =
          ReleaseStore.open(
              root, Stages.WEB, new StoppingDurability(1, Killed::new), Clock.systemUTC());
      assertThatThrownBy(() -> stopping.remove(R1)).isInstanceOf(Killed.class);
      assertThat(open().recover(Set.of(R1)).unacknowledged()).isEmpty();
      assertThat(DiskSnapshot.of(root)).isEqualTo(before);
    }
  }

  @Nested
  class Opening {
    @Test
    void refusesACurrentThatIsADirectory() throws IOException {
      Files.createDirectory(store.currentLink());
      assertThatThrownBy(ReleaseStoreTest.this::open)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is a directory");
    }

    @Test
    void refusesDirectoriesThatEverybodyCanWrite() throws IOException {
      for (Path directory : List.of(root, app(), app().resolve("releases"))) {
        var permissions = Files.getPosixFilePermissions(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(ReleaseStoreTest.this::open)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("chmod o-w " + directory);
        Files.setPosixFilePermissions(directory, permissions);
      }
    }

    @Test
    void refusesAnotherFileSystem() throws IOException {
      Path elsewhere = Path.of("/dev/shm");
      assertThat(Files.getAttribute(elsewhere, "unix:dev"))
          .as("/dev/shm is another file system than " + root)
          .isNotEqualTo(Files.getAttribute(root, "unix:dev"));
      Path other = Files.createTempDirectory(elsewhere, "releases");
      try {
        Files.delete(app().resolve("releases"));
        Files.createSymbolicLink(app().resolve("releases"), other);
        assertThatThrownBy(ReleaseStoreTest.this::open)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("another file system");
      } finally {
        Files.delete(other);
      }
    }

    @Test
    void keepsWhatIsThere() throws Exception {
      StagedRelease release = Stages.publish(store, R1, Stages.TREE);
      store.flip(R1);
      assertThat(open().list()).containsExactly(release);
      assertThat(open().current()).contains(R1);
      assertThat(Files.exists(store.currentLink(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
  }
}
