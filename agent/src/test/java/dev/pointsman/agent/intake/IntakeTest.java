package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {
  private static final ReleaseId R2 = new ReleaseId("r2");

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
  }

  private static byte[] bundle(String release, int sequence) throws Exception {
    TestBundle bundle = TestBundle.archive(ci);
    bundle.release = release;
    bundle.sequence = Integer.toString(sequence);
    return bundle.build();
  }

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Nested
  class Accepting {
    @Test
    void stagesAnArchiveAndDerivesItsList() throws Exception {
      Received received = host.receive(TestBundle.archive(ci).build());
      assertThat(received.created()).isTrue();
      assertThat(received.newBytes()).isEqualTo(5);
      assertThat(received.release().directory().resolve("a.txt")).hasContent("hello");
      assertThat(host.root.resolve("apps/web/meta/r1/files.lst"))
          .hasContent(TestBundle.OK_LIST.lines().limit(2).reduce((a, b) -> a + "\n" + b).get());
      assertThat(host.root.resolve("incoming")).isEmptyDirectory();
      assertThat(host.journaled).containsExactly(received.release());
      host.store().verifyFully(TestHost.R1);
    }

    @Test
    void stagesAListedTreeWithLinksThatThePayloadNeedNotRepeat() throws Exception {
      TestBundle bundle = TestBundle.listed(ci);
      bundle.hasArchive = true;
      bundle.gzip = true;
      bundle.listGzip = true;
      Path release = host.receive(bundle.build()).release().directory();
      assertThat(release.resolve("b")).isSymbolicLink().hasContent("hello");
      assertThat(release.resolve("empty")).isEmptyDirectory();
      assertThat(host.root.resolve("apps/web/meta/r1/files.lst"))
          .hasContent(TestBundle.OK_LIST.strip());
      host.store().verifyFully(TestHost.R1);
    }

    @Test
    void keepsTheVeryBytesThatWereSigned() throws Exception {
      TestBundle bundle = TestBundle.archive(ci);
      host.receive(bundle.build());
      Path meta = host.root.resolve("apps/web/meta/r1");
      assertThat(Files.readAllBytes(meta.resolve("release.json"))).isEqualTo(bundle.manifest());
      assertThat(Files.readAllBytes(meta.resolve("release.json.sig")))
          .isEqualTo(bundle.signatures.get("release.json.sig"));
    }

    @Test
    void acceptsABundleWithoutTargetWhereTheAppSaysSo() throws Exception {
      host.targetOptional = true;
      TestBundle bundle = TestBundle.archive(ci);
      bundle.target = "";
      assertThat(host.receive(bundle.build()).created()).isTrue();
    }
  }

  @Test
  void aClockBehindTheJournalRefusesBeforeTheBodyIsRead() throws Exception {
    host.latest = host.now.plusSeconds(60);
    ByteArrayInputStream body = new ByteArrayInputStream(TestBundle.archive(ci).build());
    int all = body.available();

    host.refuses("agent.clock", TestBundle.archive(ci).build());
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> host.receive(TestHost.R1, body)))
        .isInstanceOf(dev.pointsman.protocol.api.Rejected.class);
    assertThat(body.available()).isEqualTo(all);
  }

  @Nested
  class Again {
    @Test
    void theSameReleaseIsHereAlready() throws Exception {
      byte[] sent = TestBundle.archive(ci).build();
      host.receive(sent);
      Map<String, String> before = host.snapshot();
      ByteArrayInputStream body = new ByteArrayInputStream(sent);
      Received again = host.receive(TestHost.R1, body);
      assertThat(again.created()).isFalse();
      assertThat(again.newBytes()).isZero();
      assertThat(host.snapshot()).isEqualTo(before);
      assertThat(host.journaled).hasSize(1);
      assertThat(body.available()).as("unread").isPositive();
    }

    @Test
    void anEarlierReleaseThatIsStillHereIsFoundToo() throws Exception {
      byte[] first = bundle("r1", 7);
      host.receive(first);
      host.receive(R2, in(bundle("r2", 8)));
      assertThat(host.receive(first).created()).isFalse();
    }

    @Test
    void anEarlierReleaseThatIsGoneDoesNotComeBack() throws Exception {
      byte[] first = bundle("r1", 7);
      host.receive(first);
      host.receive(R2, in(bundle("r2", 8)));
      host.store().remove(TestHost.R1);
      host.refuses("sequence.rollback", first);
    }

    @Test
    void oneSequenceNumberIsForOneStatement() throws Exception {
      host.receive(bundle("r1", 7));
      host.refuses("sequence.reused", R2, in(bundle("r2", 7)));
      host.refuses("sequence.rollback", R2, in(bundle("r2", 6)));
      host.refuses("sequence.jump", R2, in(bundle("r2", 1_008)));
    }

    @Test
    void oneIdIsForOneStatement() throws Exception {
      host.receive(bundle("r1", 7));
      host.refuses("release.exists", bundle("r1", 8));
    }

    @Test
    void aReleaseThatNeverReachedTheJournalReachesItNow() throws Exception {
      byte[] sent = TestBundle.archive(ci).build();
      host.receive(sent);
      host.journaled.clear();
      host.floor = SequenceFloor.EMPTY;
      assertThat(host.receive(sent).created()).isFalse();
      assertThat(host.journaled).hasSize(1);
    }

    @Test
    void aDamagedReleaseIsReplacedUnlessItIsInUse() throws Exception {
      byte[] sent = TestBundle.archive(ci).build();
      Path file = host.receive(sent).release().directory().resolve("a.txt");
      Files.delete(file);
      host.replaceable = false;
      host.refuses("release.damaged", sent);
      host.replaceable = true;
      host.store().flip(TestHost.R1);
      host.refuses("release.damaged", sent);
      host.store().clearCurrent();
      assertThat(host.receive(sent).created()).isTrue();
      assertThat(file).hasContent("hello");
    }
  }

  @Nested
  class Faults {
    @Test
    void aFullDiskIsSeenBeforeTheContentIsRead() throws Exception {
      host.free = new DiskSpace.Free(1 << 20, 58_000, 1_000);
      TestBundle bundle = TestBundle.archive(ci);
      host.refuses("disk.space", bundle.build());
      host.free = new DiskSpace.Free(1 << 20, 60_000, 1_000);
      assertThat(host.receive(bundle.build()).created()).isTrue();
    }

    @Test
    void aFileSystemWithoutInodesIsSeenToo() throws Exception {
      host.free = new DiskSpace.Free(1 << 20, 1 << 20, 0);
      host.refuses("disk.inodes", TestBundle.archive(ci).build());
    }

    @Test
    void aDiskThatFillsUpLaterGetsItsSpaceBack() throws Exception {
      for (String text : List.of("No space left on device", "Disk quota exceeded")) {
        host.diskFault = new IOException("sync", new FileSystemException("x", null, text));
        Rejected rejected = host.refuses("disk.space", TestBundle.archive(ci).build());
        assertThat(rejected.detail()).contains(text);
      }
    }

    @Test
    void aDiskThatFailsIsNoRefusal() throws Exception {
      host.diskFault = new FileSystemException("x", null, "Input/output error");
      Map<String, String> before = host.snapshot();
      assertThatThrownBy(() -> host.receive(TestBundle.archive(ci).build()))
          .isSameAs(host.diskFault);
      assertThat(host.snapshot()).isEqualTo(before);
      host.diskFault = null;
      assertThat(host.receive(TestBundle.archive(ci).build()).created()).isTrue();
    }

    @Test
    void anAppWhoseJournalFailedTakesNothingAndReadsNothing() throws Exception {
      host.readonly = true;
      ByteArrayInputStream body = new ByteArrayInputStream(TestBundle.archive(ci).build());
      int length = body.available();
      host.refuses("agent.readonly", TestHost.R1, body);
      assertThat(body.available()).isEqualTo(length);
    }

    @Test
    void aReleaseThatCannotBeJournaledIsTakenBack() throws Exception {
      host.journalFault = new IOException("journal: Input/output error");
      Map<String, String> before = host.snapshot();
      assertThatThrownBy(() -> host.receive(TestBundle.archive(ci).build()))
          .isSameAs(host.journalFault);
      assertThat(host.snapshot()).isEqualTo(before);
    }
  }

  @Nested
  class Together {
    @Test
    void uploadsAreBoundedAndAReleaseIsReceivedOnce() throws Exception {
      host.limits = new LimitsConfig(1 << 20, 1_000, 1 << 20, 4 << 20, 10, 8, 2);
      host.intake();
      CountDownLatch arrived = new CountDownLatch(2);
      CountDownLatch goOn = new CountDownLatch(1);
      try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Received> first = uploads.submit(() -> held("r1", 7, arrived, goOn));
        Future<Received> second = uploads.submit(() -> held("r2", 8, arrived, goOn));
        try {
          assertThat(arrived.await(30, TimeUnit.SECONDS)).as("both are being received").isTrue();
          assertThat(refusal("r1", 7)).isEqualTo("release.busy");
          assertThat(refusal("r3", 9)).isEqualTo("limit.sessions");
        } finally {
          goOn.countDown();
        }
        assertThat(first.get(30, TimeUnit.SECONDS).created() || second.get().created()).isTrue();
      } catch (java.util.concurrent.ExecutionException e) {
        // The later of two may have published first; then the other is rightly below the floor.
        assertThat(e)
            .hasRootCauseInstanceOf(Rejected.class)
            .hasMessageContaining("sequence.rollback");
      }
      assertThat(host.receive(new ReleaseId("r3"), in(bundle("r3", 9))).created()).isTrue();
      assertThat(host.root.resolve("incoming")).isEmptyDirectory();
    }

    @Test
    void theLowerSequenceLosesWhenTheHigherIsPublishedMeanwhile() throws Exception {
      host.limits = new LimitsConfig(1 << 20, 1_000, 1 << 20, 4 << 20, 10, 8, 2);
      host.intake();
      CountDownLatch arrived = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Received> lower = uploads.submit(() -> held("r1", 7, arrived, goOn));
        assertThat(arrived.await(30, TimeUnit.SECONDS)).as("it is being received").isTrue();
        host.receive(R2, in(bundle("r2", 8)));
        goOn.countDown();
        assertThatThrownBy(() -> lower.get(30, TimeUnit.SECONDS))
            .hasMessageContaining("sequence.rollback");
      }
      assertThat(host.store().list()).hasSize(1);
    }

    private String refusal(String release, int sequence) throws Exception {
      try {
        host.receive(new ReleaseId(release), in(bundle(release, sequence)));
        return "received";
      } catch (Rejected e) {
        return e.code().wire();
      }
    }

    /** Sends all but the last bytes, tells so, and waits for {@code goOn}. */
    private Received held(String release, int sequence, CountDownLatch arrived, CountDownLatch goOn)
        throws Exception {
      byte[] sent = bundle(release, sequence);
      InputStream body =
          new ByteArrayInputStream(sent) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
              if (pos > sent.length - 1_024 - 2_048) {
                arrived.countDown();
                try {
                  assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              return super.read(buffer, offset, length);
            }
          };
      return host.receive(new ReleaseId(release), body);
    }
  }
}
