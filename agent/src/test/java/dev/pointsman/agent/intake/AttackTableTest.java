package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.AttackedAgent;
import dev.pointsman.agent.intake.RawHttp.Reply;
import dev.pointsman.agent.release.DiskSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of attacks, over HTTP against the whole agent: every row has its status and code, and
 * afterwards everything below the root is byte for byte what it was.
 */
class AttackTableTest {
  static final String RELEASE = "/v1/apps/web/releases/r2";

  @TempDir private static Path directory;
  private static AttackedAgent agent;
  private static SoftwareKey ci;
  private static Map<String, String> before;

  @BeforeAll
  static void startWithAReleaseThatIsCurrent() throws Exception {
    ci = new SoftwareKey();
    agent = new AttackedAgent(directory, Keys.signers(ci), Keys.revoked());
    TestBundle first = new TestBundle();
    first.created = now();
    assertThat(put("/v1/apps/web/releases/r1", signed(first)).outcome()).isEqualTo("201");
    Path app = agent.root().resolve("apps/web");
    Files.createSymbolicLink(app.resolve("current"), Path.of("releases/r1"));
    before = DiskSnapshot.of(agent.root());
    assertThat(before).containsKeys("apps/web/current", "apps/web/releases/r1/a.txt");
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
  }

  @BeforeEach
  void isAsItWas() throws IOException {
    assertThat(DiskSnapshot.of(agent.root())).isEqualTo(before);
  }

  static Stream<ArchiveAttack> archives() {
    return Stream.of(
            PathAttacks.pathsAndTypes(),
            PathAttacks.morePathsAndTypes(),
            StreamAttacks.streams(),
            StreamAttacks.moreStreams())
        .flatMap(rows -> rows);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("archives")
  void anArchiveIsRefused(ArchiveAttack attack) throws Exception {
    for (boolean gzip : List.of(false, true)) {
      TestBundle bundle = archive(attack);
      bundle.gzip = gzip;
      refuses(attack.expected(), RawHttp.put(RELEASE, agent.deployer(), signed(bundle)));
    }
  }

  static Stream<BundleAttack> bundles() {
    return Stream.of(
            StatementAttacks.statements(),
            StatementAttacks.signatures(),
            ListAttacks.lists(),
            MemberAttacks.members(),
            MemberAttacks.compressed())
        .flatMap(rows -> rows);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bundles")
  void aBundleIsRefused(BundleAttack attack) throws Exception {
    byte[] bundle = attack.making().make(ci);
    refuses(attack.expected(), RawHttp.put(attack.path(), agent.deployer(), bundle));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.pointsman.agent.intake.TransportAttacks#requests")
  void aRequestIsRefused(RequestAttack attack) throws Exception {
    refuses(attack.expected(), attack.making().make(ci));
  }

  @Test
  void aFlippedBitInASignedPayloadIsRefused() throws Exception {
    TestBundle bundle = StatementAttacks.second(TestBundle.archive());
    bundle.gzip = true;
    byte[] sent = signed(bundle);
    int length = bundle.sentPayload().length;
    int payload = sent.length - 1_024 - (length + 511) / 512 * 512;
    Random random = new Random(97);
    for (int round = 0; round < 60; round++) {
      byte[] flipped = sent.clone();
      flipped[payload + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
      refuses("422 archive.digest", RawHttp.put(RELEASE, agent.deployer(), flipped));
    }
  }

  @Test
  void whatFollowsARefusedUploadIsNotTakenForARequest() throws Exception {
    byte[] smuggled =
        RawHttp.request(
            new byte[0],
            "DELETE /v1/apps/web/releases/r1 HTTP/1.1",
            "Host: localhost",
            "Authorization: Bearer " + AttackedAgent.CI);
    List<Reply> replies = RawHttp.send(agent.port(), RawHttp.put(RELEASE, "nobody", smuggled));
    assertThat(replies).extracting(Reply::outcome).containsExactly("401 auth.invalid");
    isAsItWas();
  }

  @Test
  void aBodyIsNotAskedForWhereTheTokenIsWrong() throws Exception {
    byte[] request = RawHttp.put(RELEASE, "nobody", new byte[100], "Expect: 100-continue");
    assertThat(RawHttp.send(agent.port(), request))
        .extracting(Reply::outcome)
        .containsExactly("401 auth.invalid");
  }

  @Test
  void whoHasAnotherAppSeesOnlyThatOne() throws Exception {
    byte[] request =
        RawHttp.request(
            new byte[0],
            "GET /v1/trust HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            "Authorization: Bearer " + AttackedAgent.SHOP_ADMIN);
    Reply reply = RawHttp.send(agent.port(), request).getLast();
    assertThat(reply.outcome()).isEqualTo("200");
    assertThat(reply.body()).contains("\"app\":\"shop\"").doesNotContain("\"app\":\"web\"");
  }

  @Test
  void uploadsAtTheSameTimeAreFew() throws Exception {
    byte[] bundle = signed(StatementAttacks.second(TestBundle.archive()));
    byte[] request = RawHttp.put(RELEASE, AttackedAgent.CI, bundle);
    byte[] beginning = Arrays.copyOf(request, request.length - 600);
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), agent.port())) {
      slow.getOutputStream().write(beginning);
      slow.getOutputStream().flush();
      eventually(() -> !DiskSnapshot.of(agent.root()).equals(before));
      Reply same = put(RELEASE, bundle);
      assertThat(same.outcome()).as(same.toString()).isEqualTo("409 release.busy");
      Reply other = put("/v1/apps/web/releases/r3", bundle);
      assertThat(other.outcome()).as(other.toString()).isEqualTo("429 limit.sessions");
    }
    eventually(() -> DiskSnapshot.of(agent.root()).equals(before));
  }

  @Test
  void aTrustFileThatStrangersCanChangeIsNotBelieved() throws Exception {
    byte[] request =
        RawHttp.put(
            RELEASE, AttackedAgent.CI, signed(StatementAttacks.second(TestBundle.archive())));
    Path signers = agent.directory().resolve("allowed_signers");
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(signers);
    Files.setPosixFilePermissions(signers, PosixFilePermissions.fromString("rw-r--rw-"));
    try {
      refuses("503 agent.trust", request);
    } finally {
      Files.setPosixFilePermissions(signers, mode);
    }
    Path away = Files.move(signers, signers.resolveSibling("away"));
    try {
      refuses("503 agent.trust", request);
    } finally {
      Files.move(away, signers);
    }
  }

  @Test
  void anAppWhoseCurrentIsADirectoryTakesNothing(@TempDir Path other) throws Exception {
    Files.createDirectories(other.resolve("root/apps/web/current"));
    try (AttackedAgent damaged = new AttackedAgent(other, Keys.signers(ci), Keys.revoked())) {
      Map<String, String> was = DiskSnapshot.of(damaged.root());
      byte[] bundle = signed(StatementAttacks.second(TestBundle.archive()));
      Reply reply =
          RawHttp.send(damaged.port(), RawHttp.put(RELEASE, AttackedAgent.CI, bundle)).getLast();
      assertThat(reply.outcome()).as(reply.toString()).isEqualTo("503 app.unmanaged");
      assertThat(DiskSnapshot.of(damaged.root())).isEqualTo(was);
    }
  }

  /** Something that becomes true. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void eventually(Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!holds(condition)) {
      assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static boolean holds(Condition condition) throws IOException {
    try {
      return condition.holds();
    } catch (NoSuchFileException | UncheckedIOException _) {
      return false; // Something went away while it was looked at.
    }
  }

  private static void refuses(String expected, byte[] request) throws Exception {
    List<Reply> replies = RawHttp.send(agent.port(), request);
    assertThat(replies).as("the answer").isNotEmpty();
    Reply last = replies.getLast();
    Map<String, String> after = DiskSnapshot.of(agent.root());
    Map<String, String> was = before;
    before = after; // Whatever this row did: the next one is judged by what it does itself.
    assertThat(last.outcome()).as(last.toString()).isEqualTo(expected);
    assertThat(after).isEqualTo(was);
  }

  private static Reply put(String path, byte[] bundle) throws Exception {
    return RawHttp.send(agent.port(), RawHttp.put(path, AttackedAgent.CI, bundle)).getLast();
  }

  private static byte[] signed(TestBundle bundle) throws Exception {
    return StatementAttacks.signed(bundle, ci);
  }

  private static TestBundle archive(ArchiveAttack attack) throws Exception {
    TestBundle bundle = StatementAttacks.second(TestBundle.archive()).payload(attack.tar());
    return attack.needsItsCounts()
        ? bundle.counts(attack.files(), attack.bytes())
        : bundle.counts(50, 1_000);
  }

  static String now() {
    return Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
