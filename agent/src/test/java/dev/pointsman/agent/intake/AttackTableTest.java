package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.AttackedAgent;
import dev.pointsman.agent.intake.RawHttp.Reply;
import dev.pointsman.agent.release.DiskSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
      refuses(attack.expected(), RawHttp.put(RELEASE, AttackedAgent.CI, signed(bundle)));
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
    refuses(attack.expected(), RawHttp.put(attack.path(), AttackedAgent.CI, bundle));
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
      refuses("422 archive.digest", RawHttp.put(RELEASE, AttackedAgent.CI, flipped));
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
