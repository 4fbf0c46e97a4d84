package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements, signatures, lists and payloads that do not go together. */
class HostileBundleTest {
  @TempDir private static Path keys;
  private static SigningKey ci;
  private static SigningKey alice;
  private static SigningKey stranger;

  @TempDir private Path temp;
  private TestHost host;

  @BeforeAll
  static void makeKeys() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
    alice = new SigningKey(keys, "alice", "-t", "ecdsa", "-b", "256");
    stranger = new SigningKey(keys, "stranger", "-t", "ed25519");
  }

  @BeforeEach
  void startHost() throws Exception {
    host = new TestHost(temp, ci, alice);
  }

  /** Changes a good bundle before it is signed. */
  private interface Bend extends Consumer<TestBundle> {}

  private static Arguments row(String code, String what, Bend bend) {
    return Arguments.of(code, what, bend);
  }

  static Stream<Arguments> statements() {
    return Stream.of(
        row("statement.app", "another app", bundle -> bundle.app = "api"),
        row("statement.app", "another release id", bundle -> bundle.release = "r2"),
        row(
            "statement.target",
            "another environment",
            bundle -> bundle.target = "{\"env\": [\"dev\"]}"),
        row(
            "statement.target",
            "another host",
            bundle -> bundle.target = "{\"env\": [\"prod\"], \"hosts\": [\"db-*\"]}"),
        row(
            "statement.target",
            "another platform",
            bundle -> bundle.target = "{\"env\": [\"prod\"], \"platform\": \"linux/arm64\"}"),
        row("statement.target", "no target", bundle -> bundle.target = ""),
        row("statement.stale", "too old", bundle -> bundle.created = "2026-11-10T00:00:00Z"),
        row("statement.future", "too new", bundle -> bundle.created = "2026-11-22T19:06:00Z"),
        row(
            "statement.expired",
            "expired",
            bundle -> bundle.extra = ", \"expires\": \"2026-11-22T18:59:59Z\""),
        row("hook.unknown", "a hook", bundle -> bundle.extra = ", \"hooks\": [\"migrate\"]"),
        row(
            "hook.unknown",
            "a command as hook",
            bundle -> bundle.extra = ", \"hooks\": [\"rm -rf /; true\"]"),
        row("json.duplicate-key", "a key twice", bundle -> bundle.extra = ", \"sequence\": 9"),
        row("json.unknown-key", "an unknown key", bundle -> bundle.extra = ", \"run\": \"x\""),
        row("json.value", "2^63", bundle -> bundle.sequence = "9223372036854775808"),
        row("json.value", "1e3", bundle -> bundle.sequence = "1e3"),
        row("json.syntax", "NaN", bundle -> bundle.sequence = "NaN"),
        row(
            "json.depth",
            "a depth bomb",
            bundle -> bundle.extra = ", \"meta\": " + "[".repeat(500) + "]".repeat(500)),
        row(
            "limit.bundle",
            "a huge statement",
            bundle -> bundle.extra = ", \"meta\": {\"x\": \"" + "x".repeat(70_000) + "\"}"),
        row("archive.digest", "another archive", bundle -> bundle.archiveDigest = "0".repeat(64)),
        row("limit.bytes", "bytes beyond the host's limit", bundle -> bundle.bytes = 1L << 40),
        row("limit.entries", "files beyond the host's limit", bundle -> bundle.files = 1_001),
        row("tree.count", "more files signed than there are", bundle -> bundle.files = 2),
        row("tree.count", "more bytes signed than there are", bundle -> bundle.bytes = 6),
        row("limit.bytes", "fewer bytes signed than there are", bundle -> bundle.bytes = 4),
        row(
            "gzip.format",
            "no gzip where it says so",
            bundle -> {
              bundle.payload = new TarBytes().file("a.txt", "hello").end();
              bundle.gzip = true;
              bundle.rawGzip = bundle.payload;
            }),
        row(
            "gzip.trailing",
            "a second gzip member",
            bundle -> {
              bundle.gzip = true;
              byte[] one = TestBundle.gzip(bundle.payload);
              bundle.rawGzip = new TarBytes().raw(one).raw(one).cut();
            }),
        row(
            "tar.trailing-data",
            "a bomb of zeros",
            bundle -> {
              bundle.gzip = true;
              bundle.payload = new TarBytes().raw(bundle.payload).raw(new byte[64 << 20]).cut();
            }));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("statements")
  void aStatementIsRefused(String code, String what, Bend bend) throws Exception {
    TestBundle bundle = TestBundle.archive(ci);
    bend.accept(bundle);
    host.refuses(code, bundle.build());
  }

  static Stream<Arguments> lists() {
    String file = TestBundle.OK_LIST.lines().toList().get(1);
    return Stream.of(
        row("tree.digest", "another list", bundle -> bundle.treeDigest = "0".repeat(64)),
        row("tree.count", "another count", bundle -> bundle.files = 2),
        row("tree.count", "another count of links", bundle -> bundle.links = 2),
        row("tree.count", "other bytes", bundle -> bundle.bytes = 6),
        row("tree.format", "a list that is none", bundle -> bundle.list = "hello\n"),
        row(
            "path.traversal",
            "a path out of the release",
            bundle -> bundle.list = "#pointsman-tree 1\n" + file.replace("./a", "./../a") + "\n"),
        row(
            "link.escape",
            "a link out of the release",
            bundle -> bundle.list = bundle.list.replace("l a.txt", "l ../a.txt")),
        row(
            "tree.missing",
            "a file that does not come",
            bundle -> bundle.payload = new TarBytes().directory("empty").end()),
        row(
            "tar.unexpected",
            "a file that is not listed",
            bundle ->
                bundle.payload = new TarBytes().file("a.txt", "hello").file("evil", "x").end()),
        row(
            "tar.unexpected",
            "a directory that is not listed",
            bundle -> bundle.payload = new TarBytes().directory("evil").end()),
        row(
            "tar.unexpected",
            "a link that is not listed",
            bundle -> bundle.payload = new TarBytes().symlink("evil", "a.txt").end()),
        row(
            "tar.unexpected",
            "a link with another target",
            bundle -> bundle.payload = new TarBytes().symlink("b", "empty").end()),
        row(
            "tar.unexpected",
            "a hard link that is not listed",
            bundle ->
                bundle.payload =
                    new TarBytes().file("a.txt", "hello").hardlink("c", "a.txt").end()),
        row(
            "blob.digest",
            "other content of the same size",
            bundle -> bundle.payload = new TarBytes().file("a.txt", "HELLO").end()),
        row(
            "blob.size",
            "content of another size",
            bundle -> bundle.payload = new TarBytes().file("a.txt", "hell").end()),
        row(
            "path.duplicate",
            "a file twice",
            bundle ->
                bundle.payload =
                    new TarBytes().file("a.txt", "hello").file("a.txt", "hello").end()),
        row(
            "link.hardlink",
            "a hard link to itself",
            bundle -> bundle.payload = new TarBytes().hardlink("a.txt", "a.txt").end()),
        row(
            "limit.entries",
            "directories without end",
            bundle -> {
              TarBytes tar = new TarBytes().file("a.txt", "hello");
              for (int i = 0; i < 1_001; i++) {
                tar.directory("./");
              }
              bundle.payload = tar.end();
            }),
        row(
            "limit.list",
            "a list beyond the host's limit",
            bundle -> bundle.list = "#pointsman-tree 1\n" + "d ./x\n".repeat(200_000)));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("lists")
  void aListedBundleIsRefused(String code, String what, Bend bend) throws Exception {
    for (boolean compressed : List.of(false, true)) {
      TestBundle bundle = TestBundle.listed(ci);
      bend.accept(bundle);
      bundle.listGzip = compressed;
      bundle.gzip = compressed;
      host.refuses(code, bundle.build());
    }
  }

  @Test
  void listAndStatementBelongTogether() throws Exception {
    TestBundle unsignedList = TestBundle.archive(ci);
    byte[] manifest = unsignedList.manifest();
    unsignedList.list = TestBundle.OK_LIST;
    host.refuses("bundle.format", unsignedList.build(manifest));

    TestBundle withoutList = TestBundle.listed(ci);
    manifest = withoutList.manifest();
    withoutList.list = null;
    host.refuses("bundle.order", withoutList.build(manifest));

    byte[] head =
        new TarBytes()
            .file("release.json", TestBundle.archive().manifest())
            .file("release.json.sig", ci.sign(TestBundle.archive().manifest()))
            .end();
    host.refuses("bundle.format", head);

    TestBundle other = TestBundle.archive(ci);
    manifest = other.manifest();
    other.gzip = true;
    host.refuses("bundle.format", other.build(manifest));
  }

  @Test
  void aSecondListWithinABombIsCutShort() throws Exception {
    TestBundle bundle = TestBundle.listed(ci);
    byte[] manifest = bundle.manifest();
    bundle.list = TestBundle.OK_LIST + "d ./x\n".repeat(1 << 20);
    bundle.listGzip = true;
    host.refuses("tree.digest", bundle.build(manifest));
  }

  @Test
  void signaturesHaveToBeThere() throws Exception {
    host.refuses("sig.missing", TestBundle.archive().build());
    TestBundle empty = TestBundle.archive();
    empty.signatures.put("release.json.sig", new byte[0]);
    host.refuses("sig.malformed", empty.build());
    TestBundle two = TestBundle.archive();
    byte[] one = ci.sign(two.manifest());
    two.signatures.put("release.json.sig", new TarBytes().raw(one).raw(one).cut());
    host.refuses("sig.malformed", two.build());
  }

  @Test
  void signaturesHaveToBeOverThisStatementForThisPurpose() throws Exception {
    TestBundle swapped = TestBundle.archive();
    TestBundle other = TestBundle.archive();
    other.sequence = "8";
    swapped.signatures.put("release.json.sig", ci.sign(other.manifest()));
    host.refuses("sig.bad", swapped.build());
    for (String namespace : List.of("file", "git", "trust.v1@pointsman")) {
      TestBundle bundle = TestBundle.archive();
      bundle.signatures.put("release.json.sig", ci.sign(bundle.manifest(), namespace));
      host.refuses("sig.namespace", bundle.build());
    }
  }

  @Test
  void signersHaveToBeTrustedNowAndEnough() throws Exception {
    host.refuses("sig.untrusted", TestBundle.archive(stranger).build());
    host.refuses("sig.threshold", TestBundle.archive(alice).build());
    host.require = List.of("1 of ci@web", "1 of person1@ops");
    host.refuses("sig.threshold", TestBundle.archive(ci).build());
    host.refuses("sig.threshold", TestBundle.archive(ci, ci).build());
    Received received = host.receive(TestBundle.archive(ci, alice, stranger).build());
    assertThat(received.release().signers()).containsExactly("ci@web", "person1@ops");
  }

  @Test
  void aRevokedKeyIsRefusedAtOnce() throws Exception {
    Files.writeString(host.revoked, ci.publicKey() + "\n");
    host.refuses("sig.revoked", TestBundle.archive(ci).build());
    host.refuses("sig.revoked", TestBundle.archive(ci, alice).build());
  }

  @Test
  void anExpiredKeyIsNotTrustedWhateverTheStatementSaysOfItsAge() throws Exception {
    Files.writeString(host.signers, "ci@web valid-before=\"20261201Z\" " + ci.publicKey() + "\n");
    host.now = Instant.parse("2026-12-02T00:00:00Z");
    host.refuses("sig.untrusted", TestBundle.archive(ci).build());
  }

  @Test
  void anUntrustedBodyIsNotReadBeyondItsHead() throws Exception {
    TestBundle bundle = TestBundle.archive(stranger);
    bundle.payload = new TarBytes().file("a.txt", "x".repeat(1 << 20)).end();
    ByteArrayInputStream body = new ByteArrayInputStream(bundle.build());
    host.refuses("sig.untrusted", TestHost.R1, body);
    assertThat(body.available()).isGreaterThan(1 << 20);
  }

  /** What inflates to the same archive is the same release; everything else is refused. */
  @Test
  void aFlippedBitInAListedPayloadIsRefusedOrHarmless() throws Exception {
    TestBundle bundle = TestBundle.listed(ci);
    bundle.gzip = true;
    bundle.listGzip = true;
    byte[] sent = bundle.build();
    Received whole = host.receive(sent);
    Map<String, String> good = DiskSnapshot.of(whole.release().directory());
    long seed = 97;
    Random random = new Random(seed);
    int refused = 0;
    int rounds = Integer.getInteger("attack.flips", 400);
    for (int round = 0; round < rounds; round++) {
      host.store().remove(TestHost.R1);
      byte[] flipped = sent.clone();
      flipped[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Received received = host.receive(flipped);
        assertThat(DiskSnapshot.of(received.release().directory())).isEqualTo(good);
      } catch (Rejected e) {
        refused++;
        assertThat(e.code().status()).as(e.getMessage()).isBetween(400, 499);
        assertThat(host.root.resolve("incoming")).isEmptyDirectory();
        assertThat(host.store().list()).isEmpty();
      } catch (RuntimeException e) {
        fail("seed " + seed + ", round " + round, e);
      }
    }
    assertThat(refused).isGreaterThan(rounds / 2);
  }

  @Test
  void aBodyThatBreaksLeavesNothing() throws Exception {
    byte[] sent = TestBundle.archive(ci).build();
    Map<String, String> before = host.snapshot();
    for (int length = 0; length < sent.length; length += 509) {
      InputStream breaking = new Breaking(sent, length);
      try {
        host.receive(TestHost.R1, breaking);
        fail("received from a body that broke at " + length);
      } catch (IOException e) {
        assertThat(e).hasMessage("connection reset");
      }
      assertThat(host.snapshot()).isEqualTo(before);
    }
    assertThat(new String(sent, 0, 12, StandardCharsets.US_ASCII)).isEqualTo("release.json");
  }

  /** Fails where a client goes away. */
  private static final class Breaking extends InputStream {
    private final ByteArrayInputStream in;

    private Breaking(byte[] bytes, int length) {
      in = new ByteArrayInputStream(bytes, 0, length);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = in.read(buffer, offset, length);
      if (count < 0 && length > 0) {
        throw new IOException("connection reset");
      }
      return count;
    }
  }
}
