package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Releases that come in parts. */
class SessionTest {
  private static final ReleaseId R2 = new ReleaseId("r2");
  private static final String LONG = "0123456789".repeat(5_000);
  private static final TestFiles FILES =
      TestFiles.of(
          "a.txt", "hello", "b/copy.txt", "hello", "b/run.sh", "hello", "c", LONG, "empty", "");

  @TempDir private static Path keys;
  private static SigningKey ci;

  @TempDir private Path temp;
  private TestHost host;

  @BeforeAll
  static void makeKey() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
  }

  @BeforeEach
  void startHost() throws Exception {
    host = new TestHost(temp, ci);
    host.share(Sharing.LINK);
  }

  private Missing open() throws Exception {
    return host.open(TestHost.R1, FILES.envelope("r1", 7, ci));
  }

  private static List<String> paths(Missing missing) {
    List<String> paths = new ArrayList<>();
    missing.paths().forEach(paths::add);
    return paths;
  }

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private Delivery pack(String... paths) throws Exception {
    return host.pack(TestHost.R1, PackFormat.TAR, in(FILES.tar(List.of(paths))));
  }

  private String refusal(Throwing action) {
    Throwable thrown = catchThrowable(action::run);
    assertThat(thrown).isInstanceOf(Rejected.class);
    return ((Rejected) thrown).code().wire();
  }

  private interface Throwing {
    void run() throws Throwable;
  }

  private void isWhole(Received received) throws Exception {
    Path release = received.release().directory();
    for (Map.Entry<String, String> file : FILES.files().entrySet()) {
      assertThat(release.resolve(file.getKey())).hasContent(file.getValue());
      assertThat(Files.isExecutable(release.resolve(file.getKey())))
          .isEqualTo(TestFiles.isExecutable(file.getKey()));
    }
    host.store().verifyFully(TestHost.R1);
    assertThat(host.root.resolve("incoming")).isEmptyDirectory();
    assertThat(host.journaled).extracting(it -> it.id().value()).contains("r1");
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @Nested
  class Opening {
    @Test
    void asksForOneFileOfEachContentThatIsNotHere() throws Exception {
      Missing missing = open();
      assertThat(paths(missing)).containsExactly("./a.txt", "./c");
      assertThat(missing.files()).isEqualTo(2);
      assertThat(missing.bytes()).isEqualTo(5 + LONG.length());
      assertThat(missing.expires()).isEqualTo(host.now.plus(Session.LIFETIME));
      assertThat(host.journaled).isEmpty();
      assertThat(host.store().list()).isEmpty();
    }

    @Test
    void theSameManifestGoesOnWithIt() throws Exception {
      open();
      pack("c");
      host.now = host.now.plusSeconds(60);
      Missing again = open();
      assertThat(paths(again)).containsExactly("./a.txt");
      assertThat(again.expires()).isEqualTo(host.now.plus(Session.LIFETIME));
    }

    @Test
    void aListThatIsNotTheSignedOneLeavesAnOpenSessionAsItWas() throws Exception {
      open();
      pack("c");
      Map<String, String> before = host.snapshot();
      TestBundle bundle = FILES.bundle("r1", 7, ci);
      byte[] manifest = bundle.manifest();
      bundle.payload = null;
      bundle.list = bundle.list.replace("a.txt", "b.txt");
      byte[] sent = bundle.build(manifest);
      assertThat(refusal(() -> host.open(TestHost.R1, sent))).isEqualTo("tree.digest");
      assertThat(host.snapshot()).isEqualTo(before);
    }

    @Test
    void anEnvelopeThatIsRefusedLeavesNothing() throws Exception {
      TestBundle bundle = FILES.bundle("r1", 7, ci);
      bundle.payload = null;
      bundle.bytes++;
      host.refuses("tree.count", bundle.build());
      bundle = FILES.bundle("r1", 7, ci);
      bundle.payload = null;
      bundle.signers = new SigningKey[] {};
      host.refuses("sig.missing", bundle.build());
    }

    @Test
    void aLaterManifestForTheSameReleaseTakesItsPlaceAndAnEarlierOneWaits() throws Exception {
      open();
      TestFiles other = TestFiles.of("x", "new");
      assertThat(paths(host.open(TestHost.R1, other.envelope("r1", 8, ci)))).containsExactly("./x");
      assertThat(refusal(SessionTest.this::open)).isEqualTo("release.busy");
      host.now = host.now.plus(Session.LIFETIME).plusSeconds(1);
      assertThat(paths(open())).containsExactly("./a.txt", "./c");
    }

    @Test
    void whatNeedsNoContentIsCompleteAtOnce() throws Exception {
      host.receive(FILES.bundle("r1", 7, ci).build());
      Received received = TestHost.complete(host.deliver(R2, in(FILES.envelope("r2", 8, ci))));
      assertThat(received.created()).isTrue();
      assertThat(received.release().directory().resolve("c")).hasContent(LONG);
      host.store().verifyFully(R2);
      assertThat(inode(host.root.resolve("apps/web/releases/r1/c")))
          .isEqualTo(inode(received.release().directory().resolve("c")));
    }

    @Test
    void roomIsNeededOnlyForWhatIsMissing() throws Exception {
      host.receive(FILES.bundle("r1", 7, ci).build());
      host.free = new DiskSpace.Free(1 << 20, 52_429 + 20_000, 10);
      TestFiles more = TestFiles.of("c", LONG, "new", "x");
      assertThat(paths(host.open(R2, more.envelope("r2", 8, ci)))).containsExactly("./new");
      host.now = host.now.plusSeconds(1);
      TestFiles most = TestFiles.of("c", LONG, "new", LONG + "x");
      Map<String, String> before = host.snapshot();
      assertThat(refusal(() -> host.open(new ReleaseId("r3"), most.envelope("r3", 9, ci))))
          .isEqualTo("disk.space");
      assertThat(host.snapshot()).isEqualTo(before);
    }

    @Test
    void anAppHasSoManySessionsAndIdleOnesGiveWay() throws Exception {
      for (int i = 0; i < Sessions.PER_APP; i++) {
        host.open(new ReleaseId("s" + i), FILES.envelope("s" + i, 10 + i, ci));
      }
      assertThat(refusal(SessionTest.this::open)).isEqualTo("limit.sessions");
      host.now = host.now.plus(Sessions.PATIENCE).plusSeconds(1);
      open();
      assertThat(host.store().sessions()).containsExactly(TestHost.R1);
    }
  }

  @Nested
  class Packs {
    @Test
    void completeTheRelease() throws Exception {
      open();
      Missing left = TestHost.incomplete(pack("c"));
      assertThat(paths(left)).containsExactly("./a.txt");
      Received received = TestHost.complete(pack("a.txt"));
      assertThat(received.created()).isTrue();
      isWhole(received);
    }

    @Test
    void comeCompressedToo() throws Exception {
      open();
      byte[] tar = TestBundle.gzip(FILES.tar(List.of("a.txt", "c")));
      isWhole(TestHost.complete(host.pack(TestHost.R1, PackFormat.TAR_GZIP, in(tar))));
    }

    @Test
    void mayHaveWhatIsHereAlready() throws Exception {
      open();
      pack("c");
      isWhole(TestHost.complete(pack("a.txt", "b/copy.txt", "b/run.sh", "c", "empty")));
    }

    @Test
    void mayNameAnEarlierFileAgain() throws Exception {
      open();
      byte[] tar =
          new TarBytes()
              .file("b/copy.txt", "hello")
              .hardlink("a.txt", "b/copy.txt")
              .file("c", LONG)
              .end();
      isWhole(TestHost.complete(host.pack(TestHost.R1, PackFormat.TAR, in(tar))));
    }

    @Test
    void whatIsGoodBeforeTheFirstBadEntryStays() throws Exception {
      byte[] other = LONG.replace('0', '1').getBytes(StandardCharsets.UTF_8);
      Map<String, byte[]> bad =
          Map.of(
              "blob.digest", new TarBytes().file("a.txt", "hello").file("c", other).end(),
              "blob.size", new TarBytes().file("a.txt", "hello").file("c", "x").end(),
              "tar.unexpected", new TarBytes().file("a.txt", "hello").file("d", "x").end(),
              "path.duplicate", new TarBytes().file("a.txt", "hello").file("a.txt", "hello").end(),
              "link.hardlink", new TarBytes().file("a.txt", "hello").hardlink("c", "z").end(),
              "tar.truncated", new TarBytes().file("a.txt", "hello").cut());
      for (Map.Entry<String, byte[]> row : bad.entrySet()) {
        open();
        assertThat(refusal(() -> host.pack(TestHost.R1, PackFormat.TAR, in(row.getValue()))))
            .isEqualTo(row.getKey());
        assertThat(paths(host.intake().missing(TestHost.WEB, TestHost.R1)))
            .as(row.getKey())
            .containsExactly("./c");
        host.intake().discard(TestHost.WEB, TestHost.R1);
      }
      assertThat(host.root.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void haveFilesOnly() throws Exception {
      open();
      byte[] directory = new TarBytes().directory("b/").end();
      assertThat(refusal(() -> host.pack(TestHost.R1, PackFormat.TAR, in(directory))))
          .isEqualTo("tar.unexpected");
      byte[] link = new TarBytes().symlink("a.txt", "c").end();
      assertThat(refusal(() -> host.pack(TestHost.R1, PackFormat.TAR, in(link))))
          .isEqualTo("tar.unexpected");
    }

    @Test
    void theContentOfWhatIsHereIsCheckedAsWell() throws Exception {
      open();
      pack("c");
      byte[] other = LONG.replace('0', '1').getBytes(StandardCharsets.UTF_8);
      byte[] tar = new TarBytes().file("c", other).end();
      assertThat(refusal(() -> host.pack(TestHost.R1, PackFormat.TAR, in(tar))))
          .isEqualTo("blob.digest");
      assertThat(paths(host.intake().missing(TestHost.WEB, TestHost.R1)))
          .containsExactly("./a.txt");
    }

    @Test
    void needASession() {
      assertThat(refusal(() -> pack("a.txt"))).isEqualTo("session.unknown");
      assertThat(refusal(() -> host.intake().missing(TestHost.WEB, TestHost.R1)))
          .isEqualTo("session.unknown");
      assertThat(refusal(() -> host.intake().discard(TestHost.WEB, TestHost.R1)))
          .isEqualTo("session.unknown");
    }

    @Test
    void areNotReadWhenTheKeyWasRevokedMeanwhile() throws Exception {
      open();
      Files.writeString(host.revoked, ci.publicKey() + "\n");
      ByteArrayInputStream body = new ByteArrayInputStream(FILES.tar());
      assertThat(refusal(() -> host.pack(TestHost.R1, PackFormat.TAR, body)))
          .isEqualTo("sig.revoked");
      assertThat(body.available()).isEqualTo(FILES.tar().length);
    }

    @Test
    void ofAReleaseThatWasOvertakenAreRefused() throws Exception {
      open();
      host.receive(R2, in(TestFiles.of("x", "y").bundle("r2", 8, ci).build()));
      assertThat(host.store().sessions()).as("it has no future").isEmpty();
      assertThat(refusal(SessionTest.this::open)).isEqualTo("sequence.rollback");
    }
  }

  @Nested
  class Breaking {
    @Test
    void wholeUploadsGoOnWhereTheyBroke() throws Exception {
      byte[] sent = FILES.bundle("r1", 7, ci).build();
      Set<Integer> asked = new java.util.TreeSet<>();
      for (int length = 0; length < sent.length - 1_024; length += 499) {
        int end = length;
        assertThatThrownBy(() -> host.deliver(TestHost.R1, new BreakingBody(sent, end)))
            .hasMessage("connection reset");
        if (host.store().session(TestHost.R1).isOpen()) {
          asked.add(host.intake().missing(TestHost.WEB, TestHost.R1).files());
          host.intake().discard(TestHost.WEB, TestHost.R1);
        }
        assertThat(host.root.resolve("incoming")).isEmptyDirectory();
      }
      assertThat(asked).as("after a.txt, and after c").containsExactly(0, 1);
    }

    @Test
    void aPackKeepsWhatCame() throws Exception {
      open();
      byte[] tar = FILES.tar(List.of("a.txt", "c"));
      assertThatThrownBy(() -> host.pack(TestHost.R1, PackFormat.TAR, new BreakingBody(tar, 2_000)))
          .hasMessage("connection reset");
      assertThat(paths(open())).containsExactly("./c");
      isWhole(TestHost.complete(pack("c")));
    }

    @Test
    void aWholeUploadUsesWhatASessionHas() throws Exception {
      open();
      pack("c");
      Path blob = host.root.resolve("incoming/web.r1/blobs/" + TestFiles.sha256(LONG));
      Object inode = inode(blob);
      Received received = host.receive(FILES.bundle("r1", 7, ci).build());
      isWhole(received);
      assertThat(inode(received.release().directory().resolve("c"))).isEqualTo(inode);
    }

    @Test
    void aRefusedWholeUploadLeavesTheSessionAsItWas() throws Exception {
      open();
      pack("c");
      Map<String, String> before = host.snapshot();
      TestBundle bundle = FILES.bundle("r1", 7, ci);
      bundle.payload =
          new TarBytes().file("c", LONG).file("a.txt", "hello").file("z", "unlisted").end();
      host.refuses("tar.unexpected", bundle.build());
      assertThat(host.snapshot()).isEqualTo(before);
    }

    @Test
    void aFullDiskTakesTheSessionWithIt() throws Exception {
      for (String text : List.of("No space left on device", "Disk quota exceeded")) {
        open();
        pack("c");
        host.diskFault = new FileSystemException("x", null, text);
        assertThat(refusal(() -> pack("a.txt"))).isEqualTo("disk.space");
        assertThat(host.root.resolve("incoming")).isEmptyDirectory();
        host.diskFault = null;
      }
      open();
      host.diskFault = new FileSystemException("x", null, "No space left on device");
      host.outOfInodes = true;
      assertThat(refusal(() -> pack("a.txt", "c"))).isEqualTo("disk.inodes");
    }

    @Test
    void aDiskThatFailsTakesTheSessionWithIt() throws Exception {
      open();
      host.diskFault = new FileSystemException("x", null, "Input/output error");
      assertThatThrownBy(() -> pack("a.txt", "c")).isSameAs(host.diskFault);
      assertThat(host.root.resolve("incoming")).isEmptyDirectory();
      assertThat(host.store().list()).isEmpty();
      host.diskFault = null;
      open();
      isWhole(TestHost.complete(pack("a.txt", "c")));
    }
  }

  @Nested
  class Content {
    @Test
    void equalContentIsOneFileWithinAReleaseAndAmongReleases() throws Exception {
      Path r1 = host.receive(FILES.bundle("r1", 7, ci).build()).release().directory();
      assertThat(inode(r1.resolve("a.txt"))).isEqualTo(inode(r1.resolve("b/copy.txt")));
      assertThat(inode(r1.resolve("a.txt"))).isNotEqualTo(inode(r1.resolve("b/run.sh")));
      TestFiles next = TestFiles.of("moved", LONG, "new", "x");
      Received received = host.receive(R2, in(next.bundle("r2", 8, ci).build()));
      assertThat(received.newBytes()).isEqualTo(1);
      assertThat(inode(received.release().directory().resolve("moved")))
          .isEqualTo(inode(r1.resolve("c")));
      host.store().verifyFully(R2);
    }

    @Test
    void archivesShareAsWell() throws Exception {
      Path r1 = host.receive(FILES.bundle("r1", 7, ci).build()).release().directory();
      TestBundle archive = TestBundle.archive(ci);
      archive.release = "r2";
      archive.sequence = "8";
      archive.payload(new TarBytes().file("one", LONG).file("two", "x").file("too", "x").end());
      archive.counts(3, LONG.length() + 2);
      Path r2 = host.receive(R2, in(archive.build())).release().directory();
      assertThat(inode(r2.resolve("one"))).isEqualTo(inode(r1.resolve("c")));
      assertThat(inode(r2.resolve("two"))).isEqualTo(inode(r2.resolve("too")));
      host.store().verifyFully(R2);
      TestFiles next = TestFiles.of("three", "x");
      assertThat(
              TestHost.complete(host.deliver(new ReleaseId("r3"), in(next.envelope("r3", 9, ci))))
                  .created())
          .isTrue();
    }

    @Test
    void whereReleasesAreCopiesNothingIsShared() throws Exception {
      host.share(Sharing.COPY);
      Path r1 = host.receive(FILES.bundle("r1", 7, ci).build()).release().directory();
      Received received = TestHost.complete(host.deliver(R2, in(FILES.envelope("r2", 8, ci))));
      Path r2 = received.release().directory();
      assertThat(inode(r1.resolve("c"))).isNotEqualTo(inode(r2.resolve("c")));
      for (Path release : List.of(r1, r2)) {
        assertThat(Files.getAttribute(release.resolve("c"), "unix:nlink")).isEqualTo(1);
      }
      host.store().verifyFully(R2);
    }

    @Test
    void contentThatWasSpoiledInTheStoreIsAskedForAgain() throws Exception {
      Path r1 = host.receive(FILES.bundle("r1", 7, ci).build()).release().directory();
      Path file = r1.resolve("c");
      Files.setPosixFilePermissions(
          file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
      Files.writeString(file, LONG.replace('0', '1'));
      Missing missing = host.open(R2, FILES.envelope("r2", 8, ci));
      assertThat(paths(missing)).containsExactly("./c");
      assertThat(host.damaged).singleElement().asString().contains(TestFiles.sha256(LONG));
      Received received =
          TestHost.complete(host.pack(R2, PackFormat.TAR, in(FILES.tar(List.of("c")))));
      assertThat(received.release().directory().resolve("c")).hasContent(LONG);
      host.store().verifyFully(R2);
    }

    @Test
    void everyByteOfAWholeUploadIsCheckedEvenWhereItIsHere() throws Exception {
      host.receive(FILES.bundle("r1", 7, ci).build());
      TestBundle bundle = FILES.bundle("r2", 8, ci);
      byte[] tar = FILES.tar();
      int at = new String(tar, StandardCharsets.ISO_8859_1).indexOf(LONG);
      tar[at + 40_000] ^= 1;
      bundle.payload = tar;
      host.refuses("blob.digest", R2, in(bundle.build()));
    }
  }

  @Nested
  class Ending {
    @Test
    void aSessionThatNobodyUsesForADayIsGone() throws Exception {
      open();
      host.now = host.now.plus(Session.LIFETIME).minusSeconds(1);
      host.intake().sweep(TestHost.WEB);
      assertThat(host.store().sessions()).containsExactly(TestHost.R1);
      host.now = host.now.plus(Duration.ofSeconds(2));
      assertThat(refusal(() -> pack("a.txt"))).isEqualTo("session.unknown");
      host.intake().sweep(TestHost.WEB);
      assertThat(host.root.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void whatWasVerifiedSurvivesTheAgentAndWhatWasNotDoesNot() throws Exception {
      open();
      pack("c");
      Path session = host.root.resolve("incoming/web.r1");
      Map<String, String> before = DiskSnapshot.of(session);
      Path blobs = session.resolve("blobs");
      Files.writeString(blobs.resolve(TestFiles.sha256("hello")), "half");
      Files.createDirectories(session.resolve("tree/b"));
      Files.writeString(session.resolve("tree/b/run.sh"), "hell");
      Files.createDirectories(session.resolve("meta"));
      host.store().recover(Set.of());
      assertThat(DiskSnapshot.of(session)).isEqualTo(before);
      host.store().recover(Set.of());
      assertThat(DiskSnapshot.of(session)).isEqualTo(before);
      isWhole(TestHost.complete(pack("a.txt")));
    }

    @Test
    void whatWasInTheTreeWhenTheAgentWasKilledIsKept() throws Exception {
      open();
      pack("c");
      Path session = host.root.resolve("incoming/web.r1");
      Files.createDirectories(session.resolve("tree/x"));
      Files.move(session.resolve("blobs/" + TestFiles.sha256(LONG)), session.resolve("tree/x/c"));
      Files.createDirectories(session.resolve("meta"));
      Files.move(session.resolve("files.lst"), session.resolve("meta/files.lst"));
      Files.setLastModifiedTime(
          session.resolve("tree/x/c"), java.nio.file.attribute.FileTime.fromMillis(0));
      host.store().recover(Set.of());
      assertThat(paths(host.intake().missing(TestHost.WEB, TestHost.R1)))
          .containsExactly("./a.txt");
      isWhole(TestHost.complete(pack("a.txt")));
    }

    @Test
    void anEnvelopeThatThePowerCutSpoiledIsGone() throws Exception {
      for (String file : List.of("files.lst", "release.json")) {
        open();
        Path spoiled = host.root.resolve("incoming/web.r1").resolve(file);
        byte[] bytes = Files.readAllBytes(spoiled);
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
        Files.delete(spoiled);
        Files.write(spoiled, bytes);
        host.store().recover(Set.of());
        assertThat(host.root.resolve("incoming")).as(file).isEmptyDirectory();
      }
    }
  }
}
