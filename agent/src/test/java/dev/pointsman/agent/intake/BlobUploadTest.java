package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.content.Blob;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.content.Part;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content that comes by itself, in parts, and several requests for one session at a time. */
class BlobUploadTest {
  private static final String LONG = "0123456789".repeat(30_000);
  private static final byte[] BYTES = LONG.getBytes(StandardCharsets.UTF_8);
  private static final String DIGEST = TestFiles.sha256(LONG);
  private static final TestFiles FILES = TestFiles.of("a.txt", "hello", "big.sh", LONG);

  @TempDir private static Path keys;
  private static SigningKey ci;

  @TempDir private Path temp;
  private TestHost host;
  private Path blobs;

  @BeforeAll
  static void makeKey() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
  }

  @BeforeEach
  void openSession() throws Exception {
    host = new TestHost(temp, ci);
    host.limits = new LimitsConfig(1 << 20, 1_000, 1 << 20, 4 << 20, 10, 4, 3);
    host.open(TestHost.R1, envelope());
    blobs = host.root.resolve("incoming/web.r1/blobs");
  }

  private static byte[] envelope() throws Exception {
    return FILES.envelope("r1", 7, ci);
  }

  private Blob send(Part part, InputStream body) throws Exception {
    return host.intake().receiveBlob(TestHost.WEB, DIGEST, part, body);
  }

  private Blob send(int from, int to) throws Exception {
    return send(new Part(from, to, BYTES.length), bytes(from, to));
  }

  private static InputStream bytes(int from, int to) {
    return new ByteArrayInputStream(Arrays.copyOfRange(BYTES, from, to));
  }

  private Blob state() throws Exception {
    return host.intake().blob(TestHost.WEB, DIGEST);
  }

  private static String refusal(Throwing action) {
    Throwable thrown = catchThrowable(action::run);
    assertThat(thrown).isInstanceOf(Rejected.class);
    return ((Rejected) thrown).code().wire();
  }

  private interface Throwing {
    void run() throws Throwable;
  }

  @Test
  void growsByPartsUntilItsDigestIsRight() throws Exception {
    assertThat(state()).isEqualTo(new Blob(0, BYTES.length, false));
    assertThat(send(0, 100_000)).isEqualTo(new Blob(100_000, BYTES.length, false));
    assertThat(state()).isEqualTo(new Blob(100_000, BYTES.length, false));
    assertThat(send(100_000, 250_000).offset()).isEqualTo(250_000);
    assertThat(send(250_000, BYTES.length)).isEqualTo(new Blob(BYTES.length, BYTES.length, true));
    assertThat(state().complete()).isTrue();
    assertThat(blobs.resolve(DIGEST + ".x")).hasContent(LONG).isExecutable();
    byte[] rest = FILES.tar(List.of("a.txt"));
    Received received =
        TestHost.complete(host.pack(TestHost.R1, PackFormat.TAR, new ByteArrayInputStream(rest)));
    assertThat(received.release().directory().resolve("big.sh")).hasContent(LONG).isExecutable();
    host.store().verifyFully(TestHost.R1);
  }

  @Test
  void twoSessionsThatNameTheSameContentBothGetIt() throws Exception {
    ReleaseId second = new ReleaseId("r2");
    host.now = host.now.plusSeconds(5);
    host.open(second, FILES.envelope("r2", 8, ci));

    assertThat(send(0, 100_000).offset()).isEqualTo(100_000);
    assertThat(send(100_000, BYTES.length).complete()).isTrue();
    assertThat(host.intake().missing(TestHost.WEB, second).paths()).containsExactly("./a.txt");

    assertThat(state()).as("the other one").isEqualTo(new Blob(0, BYTES.length, false));
    assertThat(send(0, BYTES.length).complete()).isTrue();
    assertThat(host.intake().missing(TestHost.WEB, TestHost.R1).paths()).containsExactly("./a.txt");
    assertThat(state().complete()).isTrue();
  }

  @Test
  void theEnvelopeAgainCompletesTheRelease() throws Exception {
    send(0, BYTES.length);
    String hello = TestFiles.sha256("hello");
    host.intake()
        .receiveBlob(
            TestHost.WEB,
            hello,
            new Part(0, -1, -1),
            new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));
    Delivery delivery = host.deliver(TestHost.R1, new ByteArrayInputStream(envelope()));
    assertThat(TestHost.complete(delivery).created()).isTrue();
  }

  @Test
  void whatCameBeforeABreakStaysAndSurvivesTheAgent() throws Exception {
    assertThatThrownBy(() -> send(new Part(0, -1, BYTES.length), new BreakingBody(BYTES, 123_456)))
        .hasMessage("connection reset");
    assertThat(state().offset()).isEqualTo(123_456);
    host.store().recover(Set.of());
    assertThat(state().offset()).isEqualTo(123_456);
    assertThat(send(123_456, BYTES.length).complete()).isTrue();
  }

  @Test
  void aPartHasToBeginWhereTheLastOneEnded() throws Exception {
    send(0, 1_000);
    assertThat(refusal(() -> send(999, 2_000))).isEqualTo("blob.offset");
    assertThat(refusal(() -> send(1_001, 2_000))).isEqualTo("blob.offset");
    assertThat(state().offset()).isEqualTo(1_000);
    assertThat(send(0, 500).offset()).as("begun anew").isEqualTo(500);
  }

  @Test
  void aPartHasToBeOne() throws Exception {
    for (Part part :
        List.of(
            new Part(-1, 10, BYTES.length),
            new Part(0, BYTES.length + 1, BYTES.length),
            new Part(10, 9, BYTES.length),
            new Part(BYTES.length + 1, -1, -1),
            new Part(0, 10, BYTES.length - 1),
            new Part(0, 10, Long.MAX_VALUE))) {
      ByteArrayInputStream body = new ByteArrayInputStream(BYTES);
      assertThat(refusal(() -> send(part, body))).as(part.toString()).isEqualTo("blob.range");
      assertThat(body.available()).isEqualTo(BYTES.length);
    }
    assertThat(blobs).isEmptyDirectory();
  }

  @Test
  void aBodyThatIsLongerThanItsRangeIsRefused() throws Exception {
    assertThat(refusal(() -> send(new Part(0, 10, BYTES.length), bytes(0, 11))))
        .isEqualTo("blob.range");
    byte[] longer = Arrays.copyOf(BYTES, BYTES.length + 1);
    assertThat(refusal(() -> send(new Part(0, -1, -1), new ByteArrayInputStream(longer))))
        .isEqualTo("blob.range");
    assertThat(state().complete()).isFalse();
  }

  @Test
  void wrongContentIsDeletedWhenItIsWhole() throws Exception {
    byte[] wrong = BYTES.clone();
    wrong[5] ^= 1;
    assertThat(refusal(() -> send(new Part(0, -1, -1), new ByteArrayInputStream(wrong))))
        .isEqualTo("blob.digest");
    assertThat(blobs).isEmptyDirectory();
    send(0, 1_000);
    Path part = blobs.resolve(DIGEST + ".x.part");
    byte[] spoiled = Files.readAllBytes(part);
    spoiled[7] ^= 1;
    Files.write(part, spoiled);
    assertThat(refusal(() -> send(1_000, BYTES.length))).isEqualTo("blob.digest");
    assertThat(state()).isEqualTo(new Blob(0, BYTES.length, false));
  }

  @Test
  void onlyWhatAnOpenSessionNamesIsTaken() throws Exception {
    String other = TestFiles.sha256("other");
    ByteArrayInputStream body = new ByteArrayInputStream(BYTES);
    assertThat(
            refusal(
                () -> host.intake().receiveBlob(TestHost.WEB, other, new Part(0, -1, -1), body)))
        .isEqualTo("session.unknown");
    assertThat(refusal(() -> host.intake().blob(TestHost.WEB, "../../x")))
        .isEqualTo("session.unknown");
    host.intake().discard(TestHost.WEB, TestHost.R1);
    assertThat(refusal(() -> send(new Part(0, -1, -1), body))).isEqualTo("session.unknown");
    assertThat(body.available()).isEqualTo(BYTES.length);
  }

  @Test
  void thereHasToBeRoom() {
    host.free = new DiskSpace.Free(1 << 20, 60_000, 1_000);
    assertThat(refusal(() -> send(0, BYTES.length))).isEqualTo("disk.space");
  }

  @Test
  void aBlobHasOneWriterAndASessionThatIsInUseIsLeftAlone() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Blob> first =
          uploads.submit(() -> send(new Part(0, -1, BYTES.length), held(BYTES, arrived, goOn)));
      try {
        assertThat(arrived.await(30, TimeUnit.SECONDS)).as("it is being received").isTrue();
        assertThat(refusal(() -> send(0, 10))).isEqualTo("release.busy");
        assertThat(refusal(() -> host.intake().discard(TestHost.WEB, TestHost.R1)))
            .isEqualTo("release.busy");
        assertThat(refusal(() -> host.open(TestHost.R1, envelope()))).isEqualTo("release.busy");
        host.now = host.now.plusSeconds(200_000);
        host.intake().sweep(TestHost.WEB);
        assertThat(blobs).exists();
      } finally {
        goOn.countDown();
      }
      assertThat(first.get(30, TimeUnit.SECONDS).complete()).isTrue();
    }
    host.intake().sweep(TestHost.WEB);
    assertThat(host.root.resolve("incoming")).isEmptyDirectory();
  }

  @Test
  void aPackKeepsOthersOutWhileItIsReceived() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Delivery> pack =
          uploads.submit(
              () -> host.pack(TestHost.R1, PackFormat.TAR, held(FILES.tar(), arrived, goOn)));
      try {
        assertThat(arrived.await(30, TimeUnit.SECONDS)).as("it is being received").isTrue();
        assertThat(refusal(() -> send(0, 10))).isEqualTo("release.busy");
        assertThat(refusal(() -> host.intake().discard(TestHost.WEB, TestHost.R1)))
            .isEqualTo("release.busy");
        assertThat(refusal(() -> host.intake().missing(TestHost.WEB, TestHost.R1)))
            .isEqualTo("release.busy");
      } finally {
        goOn.countDown();
      }
      assertThat(TestHost.complete(pack.get(30, TimeUnit.SECONDS)).created()).isTrue();
    }
  }

  @Test
  void releasesWithEqualContentMayComeAtTheSameTime() throws Exception {
    host.share(dev.pointsman.agent.store.Sharing.LINK);
    ReleaseId r2 = new ReleaseId("r2");
    byte[] whole = FILES.bundle("r2", 8, ci).build();
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (var uploads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Delivery> later = uploads.submit(() -> host.deliver(r2, held(whole, arrived, goOn)));
      try {
        assertThat(arrived.await(30, TimeUnit.SECONDS)).as("it is being received").isTrue();
        assertThat(
                TestHost.complete(
                        host.pack(
                            TestHost.R1, PackFormat.TAR, new ByteArrayInputStream(FILES.tar())))
                    .created())
            .isTrue();
      } finally {
        goOn.countDown();
      }
      assertThat(TestHost.complete(later.get(30, TimeUnit.SECONDS)).created()).isTrue();
    }
    host.store().verifyFully(TestHost.R1);
    host.store().verifyFully(r2);
    assertThat(host.root.resolve("incoming")).isEmptyDirectory();
  }

  /** Sends about half, tells so, and waits for {@code goOn}. */
  private static InputStream held(byte[] sent, CountDownLatch arrived, CountDownLatch goOn) {
    return new InputStream() {
      private final ByteArrayInputStream in = new ByteArrayInputStream(sent);

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (in.available() < sent.length / 2) {
          arrived.countDown();
          try {
            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        }
        return in.read(buffer, offset, Math.min(length, 10_000));
      }
    };
  }
}
