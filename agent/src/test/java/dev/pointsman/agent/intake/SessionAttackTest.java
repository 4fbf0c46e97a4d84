package dev.pointsman.agent.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.AttackedAgent;
import dev.pointsman.agent.intake.RawHttp.Reply;
import dev.pointsman.agent.release.DiskSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Attacks on an open session, over HTTP against the whole agent. Each has its status and code;
 * nothing outside the session changes, and when that is given up all is as it was.
 */
class SessionAttackTest {
  private static final String RELEASE = AttackTableTest.RELEASE;
  private static final TestFiles FILES = TestFiles.of("a.txt", "hello", "new.txt", "something");
  private static final String DIGEST = TestFiles.sha256("something");
  private static final String BLOB = "/v1/apps/web/blobs/" + DIGEST;
  private static final String TAR = "Content-Type: application/x-tar";

  @TempDir private static Path directory;
  private static AttackedAgent agent;
  private static SoftwareKey ci;

  private Map<String, String> before;

  /** A request that must be answered with {@code expected}. */
  private record Row(String expected, String what, byte[] request) {
    @Override
    public String toString() {
      return what + ": " + expected;
    }
  }

  @BeforeAll
  static void startWithARelease() throws Exception {
    ci = new SoftwareKey();
    agent = new AttackedAgent(directory, Keys.signers(ci), Keys.revoked());
    TestBundle first = new TestBundle();
    first.created = AttackTableTest.now();
    byte[] bundle = StatementAttacks.signed(first, ci);
    assertThat(answer(RawHttp.put("/v1/apps/web/releases/r1", AttackedAgent.CI, bundle)))
        .isEqualTo("201");
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
  }

  @BeforeEach
  void openASession() throws Exception {
    before = DiskSnapshot.of(agent.root());
    TestBundle bundle = StatementAttacks.second(TestBundle.listed());
    bundle.list = FILES.list();
    bundle.counts(2, 14).links = 0;
    bundle.payload = null;
    byte[] envelope = StatementAttacks.signed(bundle, ci);
    List<Reply> replies =
        RawHttp.send(agent.port(), RawHttp.put(RELEASE, AttackedAgent.CI, envelope));
    assertThat(replies.getLast().outcome()).as("%s", replies).isEqualTo("202");
    assertThat(replies.getLast().head()).containsIgnoringCase("pointsman-missing-files: 1\r\n");
  }

  @AfterEach
  void isAsItWasWhenItIsGivenUp() throws Exception {
    assertThat(answer(request("DELETE", RELEASE + "/session", AttackedAgent.CI, "")))
        .isEqualTo("204");
    assertThat(DiskSnapshot.of(agent.root())).isEqualTo(before);
  }

  private static String answer(byte[] request) throws Exception {
    List<Reply> replies = RawHttp.send(agent.port(), request);
    assertThat(replies).as("the answer").isNotEmpty();
    return replies.getLast().outcome();
  }

  private static byte[] request(
      String method, String path, String token, String body, String... more) {
    return request(method, path, token, body.getBytes(UTF_8), more);
  }

  private static byte[] request(
      String method, String path, String token, byte[] body, String... more) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                method + " " + path + " HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Authorization: Bearer " + token,
                "Content-Length: " + body.length));
    lines.addAll(Arrays.asList(more));
    return RawHttp.request(body, lines.toArray(String[]::new));
  }

  private static Row pack(String expected, String what, TarBytes tar) {
    byte[] request = request("PUT", RELEASE + "/pack", AttackedAgent.CI, tar.end(), TAR);
    return new Row(expected, "pack: " + what, request);
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  static Stream<Row> packs() {
    TarBytes good = tar().file("new.txt", "something");
    return Stream.of(
        pack(
            "422 blob.digest",
            "other content of the same size",
            tar().file("new.txt", "SOMETHING")),
        pack("422 blob.size", "longer content", tar().file("new.txt", "something else")),
        pack("422 blob.size", "no content", tar().file("new.txt", "")),
        pack("422 tar.unexpected", "a file that is not listed", tar().file("b.txt", "x")),
        pack(
            "422 tar.unexpected",
            "a file beside what is missing, before it",
            tar().file("b.txt", "x").file("new.txt", "something")),
        pack("202", "only what is there already", tar().file("a.txt", "hello")),
        pack("422 blob.digest", "what is there, changed", tar().file("a.txt", "HELLO")),
        pack("422 tar.unexpected", "a link", tar().symlink("new.txt", "/etc/passwd")),
        pack(
            "422 path.absolute",
            "a hard link to the host",
            tar().hardlink("new.txt", "/etc/passwd")),
        pack(
            "422 link.hardlink",
            "a hard link to what is there",
            tar().hardlink("new.txt", "a.txt")),
        pack("422 path.traversal", "a way out", tar().file("../new.txt", "something")),
        pack("202", "nothing", tar()),
        new Row(
            "422 gzip.format",
            "pack: not compressed as it says",
            request(
                "PUT",
                RELEASE + "/pack",
                AttackedAgent.CI,
                good.end(),
                "Content-Type: application/gzip")),
        new Row(
            "415 content.type",
            "pack: as a bundle",
            RawHttp.put(RELEASE + "/pack", AttackedAgent.CI, good.end())),
        new Row(
            "404 session.unknown",
            "pack: without a session",
            request("PUT", "/v1/apps/web/releases/r9/pack", AttackedAgent.CI, good.end(), TAR)),
        new Row(
            "404 session.unknown",
            "pack: for a release that is staged",
            request("PUT", "/v1/apps/web/releases/r1/pack", AttackedAgent.CI, good.end(), TAR)),
        new Row(
            "404 session.unknown",
            "pack: for another app's release of the same name",
            request("PUT", "/v1/apps/shop/releases/r2/pack", AttackedAgent.SHOP, good.end(), TAR)),
        new Row(
            "403 auth.scope",
            "pack: by somebody of another app",
            request("PUT", RELEASE + "/pack", AttackedAgent.SHOP, good.end(), TAR)),
        new Row(
            "403 auth.scope",
            "pack: by a reader",
            request("PUT", RELEASE + "/pack", AttackedAgent.READER, good.end(), TAR)));
  }

  private static Row blob(String expected, String what, String body, String... more) {
    return new Row(expected, "blob: " + what, request("PUT", BLOB, AttackedAgent.CI, body, more));
  }

  private static Row ranged(String expected, String range, String body) {
    return blob(expected, range, body, "Content-Range: " + range);
  }

  static Stream<Row> blobs() {
    return Stream.of(
        blob("422 blob.digest", "other content of the same size", "SOMETHING"),
        blob("416 blob.range", "longer content", "something else"),
        ranged("409 blob.offset", "bytes 4-8/9", "thing"),
        ranged("416 blob.range", "bytes 0-8/10", "something"),
        ranged("416 blob.range", "bytes 0-9/*", "something."),
        ranged("416 blob.range", "bytes 8-0/9", "something"),
        ranged("416 blob.range", "bytes 0-8/9", "some"),
        ranged("416 blob.range", "bytes */9", "something"),
        ranged("416 blob.range", "bytes -9/9", "something"),
        ranged("416 blob.range", "items 0-8/9", "something"),
        ranged("416 blob.range", "bytes 0-99999999999999999/9", "something"),
        ranged("416 blob.range", "bytes 0-8/9, bytes 0-8/9", "something"),
        blob(
            "416 blob.range",
            "two ranges",
            "something",
            "Content-Range: bytes 0-8/9",
            "Content-Range: bytes 0-8/9"),
        new Row(
            "404 session.unknown",
            "blob: of no session",
            request("PUT", BLOB.replace(DIGEST, "0".repeat(64)), AttackedAgent.CI, "something")),
        new Row(
            "404 session.unknown",
            "blob: of another app's session",
            request("PUT", BLOB.replace("web", "shop"), AttackedAgent.SHOP, "something")),
        new Row(
            "400 request.invalid",
            "blob: a path",
            request("PUT", "/v1/apps/web/blobs/..%2f..%2f" + DIGEST, AttackedAgent.CI, "x")),
        new Row(
            "403 auth.scope",
            "blob: by a reader",
            request("PUT", BLOB, AttackedAgent.READER, "something")));
  }

  static Stream<Row> rows() {
    return Stream.concat(packs(), blobs());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void changesNothingButTheSession(Row row) throws Exception {
    assertThat(answer(row.request())).isEqualTo(row.expected());
    assertThat(outsideTheSession(DiskSnapshot.of(agent.root())))
        .isEqualTo(outsideTheSession(before));
  }

  @Test
  void isNotGivenUpByOthers() throws Exception {
    for (String token : List.of(AttackedAgent.READER, AttackedAgent.SHOP)) {
      assertThat(answer(request("DELETE", RELEASE + "/session", token, "")))
          .isEqualTo("403 auth.scope");
    }
    assertThat(
            answer(request("DELETE", "/v1/apps/shop/releases/r2/session", AttackedAgent.SHOP, "")))
        .isEqualTo("404 session.unknown");
  }

  @Test
  void doesNotLetAPartGrowIntoAnotherFile() throws Exception {
    assertThat(answer(request("PUT", BLOB, AttackedAgent.CI, "some", "Content-Range: bytes 0-3/9")))
        .isEqualTo("204");
    assertThat(
            answer(request("PUT", BLOB, AttackedAgent.CI, "THING", "Content-Range: bytes 4-8/9")))
        .isEqualTo("422 blob.digest");
    assertThat(
            answer(request("PUT", BLOB, AttackedAgent.CI, "thing", "Content-Range: bytes 4-8/9")))
        .as("the spoilt part is gone")
        .isEqualTo("409 blob.offset");
  }

  private static Map<String, String> outsideTheSession(Map<String, String> snapshot) {
    Map<String, String> outside = new TreeMap<>(snapshot);
    outside.keySet().removeIf(path -> path.startsWith("incoming"));
    return outside;
  }
}
