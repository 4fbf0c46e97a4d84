package dev.pointsman.agent.intake;

import static dev.pointsman.agent.intake.TarBytes.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives that attack, signed by mistake: each is refused with its code, and everything below the
 * root is afterwards as it was before.
 */
class HostileArchiveTest {
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
    host.receive(TestBundle.archive(ci).build());
    host.store().flip(TestHost.R1);
    assertThat(host.journaled).hasSize(1);
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static Arguments row(String code, String what, TarBytes tar) {
    return Arguments.of(code, what, tar.end());
  }

  private static Arguments cut(String code, String what, byte[] tar) {
    return Arguments.of(code, what, tar);
  }

  private static TarBytes special(char type) {
    return tar().entry(type, "dev", "", "", _ -> {});
  }

  private static TarBytes named(String name) {
    return tar().file(name, "x");
  }

  private static TarBytes bent(int offset, String bytes) {
    Consumer<byte[]> bend =
        header -> put(header, offset, bytes.getBytes(StandardCharsets.ISO_8859_1));
    return tar().entry('0', "a.txt", "", "hello", bend);
  }

  static Stream<Arguments> pathsAndTypes() {
    return Stream.of(
        row("path.traversal", "parent", named("../evil")),
        row("path.traversal", "parent further in", named("a/../../evil")),
        row("path.traversal", "dot", named("a/./b")),
        row("path.traversal", "dot as file", named(".")),
        row("path.absolute", "absolute", named("/tmp/evil")),
        row("path.absolute", "two slashes", named("//x")),
        row("path.absolute", "absolute after ./", named(".//x")),
        row("path.char", "backslashes", named("..\\..\\evil")),
        row("path.char", "drive", named("C:\\x")),
        row(
            "link.absolute",
            "link to /tmp, then a file in it",
            tar().symlink("d", "/tmp").file("d/evil", "x")),
        row(
            "path.duplicate",
            "directory, then link of its name, then a file in it",
            tar().directory("d/").symlink("d", "sub").file("d/evil", "x")),
        row(
            "path.not-a-directory",
            "file in a link that stays inside",
            tar().directory("sub").symlink("d", "sub").file("d/f", "x")),
        row("link.escape", "link out", tar().symlink("d", "../..")),
        row("link.escape", "link out from below", tar().directory("p").symlink("p/d", "../../x")),
        row(
            "link.form",
            "link through a link",
            tar().symlink("p/q/r/d", "../../..").symlink("e", "p/q/r/d/../../x")),
        row(
            "link.form",
            "link through a link, in the right form",
            tar().file("t/x/f", "x").symlink("d", "t").symlink("e", "d/x")),
        row("link.loop", "circle", tar().symlink("a", "b").symlink("b", "a")),
        row("link.loop", "link to itself", tar().symlink("a", "a")),
        row("link.dangling", "link to nothing", tar().symlink("a", "b")),
        row("path.absolute", "hard link to /etc/passwd", tar().hardlink("a", "/etc/passwd")),
        row("path.traversal", "hard link out", tar().hardlink("a", "../../conf/allowed_signers")),
        row("link.hardlink", "hard link to a later file", tar().hardlink("a", "b").file("b", "x")),
        row("link.hardlink", "hard link to nothing", tar().hardlink("a", "b")),
        row("link.hardlink", "hard link to itself", tar().hardlink("a", "a")),
        row(
            "link.hardlink",
            "hard link to a link",
            tar().file("f", "x").symlink("l", "f").hardlink("a", "l")),
        row("entry.special", "character device", special('3')),
        row("entry.special", "block device", special('4')),
        row("entry.special", "pipe", special('6')),
        row("entry.mode", "setuid", bent(100, "0004755\0")),
        row("entry.mode", "setgid", bent(100, "0002755\0")),
        row("entry.mode", "sticky", bent(100, "0001644\0")),
        row("entry.type", "contiguous", special('7')),
        row("entry.type", "multi-volume", special('M')),
        row("entry.type", "dump directory", special('D')),
        row("entry.type", "unknown", special('Z')),
        row("path.char", "NUL in a pax path", tar().pax('x', "path=a\0b").file("a", "x")),
        row("path.char", "NUL in a long name", tar().longName('L', "a\0b").file("a", "x")),
        row("path.char", "line feed", named("a\nb")),
        row("path.char", "escape", named("a\u001b[2J")),
        row("path.char", "carriage return", named("a\rb")),
        row("path.encoding", "no UTF-8", named("a\u00ff")),
        row("path.encoding", "overlong slash", named("a\u00c0\u00afb")),
        row("path.encoding", "surrogate", named("a\u00ed\u00a0\u0080")),
        row("path.char", "text direction", named("a\u00e2\u0080\u00aeb")),
        row(
            "path.component",
            "long part",
            tar().pax('x', "path=" + "x".repeat(300)).file("a", "x")),
        row(
            "path.too-long",
            "long path",
            tar()
                .pax(
                    'x',
                    "path="
                        + "x/".repeat(40)
                        + "y".repeat(200)
                        + "/"
                        + ("z".repeat(200) + "/").repeat(4)
                        + "f")
                .file("a", "x")),
        row(
            "path.too-deep",
            "deep path",
            tar().pax('x', "path=" + "d/".repeat(70) + "f").file("a", "x")),
        row("path.duplicate", "file twice", named("a").file("a", "y")),
        row("path.duplicate", "file, then directory", named("a").directory("a")),
        row("path.duplicate", "directory, then file", tar().directory("a").file("a", "x")),
        row("path.not-a-directory", "file as parent", named("a").file("a/b", "x")),
        row("path.component", "no name", named("")),
        row("path.component", "no name after ./", named("./")),
        row("path.component", "two slashes inside", named("a//b")),
        row("path.component", "file with a slash at its end", named("weird/")),
        row(
            "path.collision",
            "two forms of one name",
            named("caf\u00c3\u00a9").file("cafe\u00cc\u0081", "x")),
        row("path.reserved", "the agent's name", named(".pointsman/seal")),
        row("path.reserved", "the agent's directory", tar().directory(".pointsman/")));
  }

  static Stream<Arguments> streams() {
    byte[] good = tar().file("a.txt", "hello").end();
    byte[] bad = good.clone();
    bad[0] ^= 1;
    byte[] padded = good.clone();
    padded[512 + 100] = 1;
    return Stream.of(
        cut("tar.checksum", "wrong checksum", bad),
        cut("tar.truncated", "cut in the header", Arrays.copyOf(good, 300)),
        cut("tar.truncated", "cut in the content", Arrays.copyOf(good, 514)),
        cut("tar.truncated", "cut in the padding", Arrays.copyOf(good, 700)),
        cut("tar.truncated", "no end", Arrays.copyOf(good, 1_024)),
        cut("tar.truncated", "half an end", Arrays.copyOf(good, 1_536)),
        cut("tar.truncated", "nothing", new byte[0]),
        cut("tar.padding", "padding with data", padded),
        row(
            "tar.size-mismatch",
            "pax size beside a header of none",
            tar()
                .pax('x', "size=1024")
                .header('0', new byte[] {'a'}, "", 0, _ -> {})
                .raw(tar().file("phantom", "x").cut())),
        row(
            "tar.meta-order",
            "pax size for a long name",
            tar().pax('x', "size=1").longName('L', "name").file("a", "x")),
        row(
            "tar.meta-order",
            "long name, then pax",
            tar().longName('L', "n").pax('x', "path=b").file("a", "x")),
        row(
            "tar.meta-order",
            "two long names",
            tar().longName('L', "n").longName('L', "m").file("a", "x")),
        row("tar.meta-order", "pax without an entry", named("a").pax('x', "path=b")),
        row(
            "tar.meta-size",
            "huge pax header",
            tar().header('x', new byte[] {'x'}, "", 400L << 20, _ -> {})),
        row(
            "tar.meta-size",
            "huge long name",
            tar().header('L', new byte[] {'x'}, "", 400L << 20, _ -> {})),
        row(
            "tar.meta-size",
            "empty pax header",
            tar().entry('x', "x", "", "", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record without a length",
            tar().entry('x', "x", "", "path=b\n", _ -> {})),
        row("tar.pax", "pax key twice", tar().pax('x', "path=b", "path=c").file("a", "x")),
        row("tar.pax", "another character set", tar().pax('x', "hdrcharset=BINARY").file("a", "x")),
        row("tar.global-pax", "global path", tar().pax('g', "path=evil").file("a", "x")),
        row("tar.global-pax", "global size", tar().pax('g', "size=1").file("a", "x")),
        row(
            "tar.meta-order",
            "global header later on",
            named("a").pax('g', "comment=x").file("b", "x")),
        row(
            "tar.sparse",
            "old sparse file",
            tar().header('S', new byte[] {'a'}, "", 512, TarBytes::gnu).raw(new byte[512])),
        row(
            "tar.sparse",
            "new sparse file",
            tar()
                .pax('x', "GNU.sparse.major=1", "GNU.sparse.realsize=1099511627776")
                .file("a", "x")),
        row("tar.size", "link with content", tar().entry('2', "a", "b", "x", _ -> {})),
        row("tar.size", "directory with content", tar().entry('5', "a", "", "x", _ -> {})),
        row("tar.number", "binary number", bent(124, "\u0080\0\0\0\0\0\0\0\0\0\0\5")),
        row("tar.number", "negative number", bent(124, "\u00ff".repeat(12))),
        row("tar.format", "no magic", bent(257, "\0\0\0\0\0\0\0\0")),
        cut("tar.trailing-data", "second archive", tar().raw(good).raw(good).cut()),
        cut("tar.trailing-data", "data after the end", tar().raw(good).raw(new byte[] {1}).cut()),
        cut("tar.trailing-data", "no end to zeros", tar().raw(good).raw(new byte[2 << 20]).cut()),
        row(
            "limit.bytes",
            "more bytes than signed",
            tar().file("a", "x".repeat(600)).file("b", "x".repeat(600))),
        row(
            "limit.bytes",
            "a header that promises terabytes",
            tar().header('0', new byte[] {'a'}, "", 1 << 20, _ -> {})),
        row(
            "limit.file",
            "a file beyond the host's limit",
            tar().header('0', new byte[] {'a'}, "", 1L << 33 - 1, _ -> {})),
        row("limit.entries", "more files than signed", files(51)),
        row("limit.entries", "more directories than the host allows", directories()),
        row("limit.entries", "more links than the host allows", links()),
        row("tree.count", "fewer files than signed", named("a")));
  }

  private static TarBytes files(int count) {
    TarBytes tar = tar();
    for (int i = 0; i < count; i++) {
      tar.file("f" + i, "");
    }
    return tar;
  }

  private static TarBytes directories() {
    TarBytes tar = tar();
    for (int i = 0; i < 1_001; i++) {
      tar.directory("./");
    }
    return tar;
  }

  private static TarBytes links() {
    TarBytes tar = named("f");
    for (int i = 0; i < 11; i++) {
      tar.symlink("l" + i, "f");
    }
    return tar;
  }

  private static TestBundle bundle(byte[] tar) {
    TestBundle bundle = TestBundle.archive(ci).payload(tar).counts(50, 1_000);
    bundle.release = "r2";
    bundle.sequence = "8";
    return bundle;
  }

  private static final dev.pointsman.protocol.bundle.ReleaseId R2 =
      new dev.pointsman.protocol.bundle.ReleaseId("r2");

  private static java.io.InputStream in(byte[] bytes) {
    return new java.io.ByteArrayInputStream(bytes);
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource({"pathsAndTypes", "streams"})
  void isRefusedAndLeavesNothing(String code, String what, byte[] tar) throws Exception {
    host.refuses(code, R2, in(bundle(tar).build()));
    assertThat(host.store().current()).contains(TestHost.R1);
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource({"pathsAndTypes", "streams"})
  void isRefusedCompressedAsWell(String code, String what, byte[] tar) throws Exception {
    TestBundle bundle = bundle(tar);
    bundle.gzip = true;
    host.refuses(code, R2, in(bundle.build()));
  }

  @Test
  void attributesThatCarryPowerAreIgnored() throws Exception {
    TarBytes tar =
        tar()
            .pax('x', "SCHILY.xattr.security.capability=\1\0\0\2", "mtime=9e9999999", "uid=0")
            .entry(
                '0',
                "a",
                "",
                "x",
                header ->
                    put(header, 108, "\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1)))
            .entry(
                '5',
                "locked",
                "",
                "",
                header -> put(header, 100, "0000000\0".getBytes(StandardCharsets.US_ASCII)))
            .file("locked/b", "y");
    Received received = host.receive(R2, in(bundle(tar.end()).counts(2, 2).build()));
    Path release = received.release().directory();
    assertThat(Files.getPosixFilePermissions(release.resolve("locked")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(release.resolve("locked/b")).hasContent("y");
    Path out = temp.resolve("getfattr");
    Process listing =
        new ProcessBuilder(
                "python3",
                "-c",
                "import os,sys; print(os.listxattr(sys.argv[1]))",
                release.resolve("a").toString())
            .redirectOutput(out.toFile())
            .start();
    assertThat(listing.waitFor()).isZero();
    assertThat(out).hasContent("[]");
  }

  @Test
  void aFlippedBitInASignedArchiveIsNeverUnpacked() throws Exception {
    TestBundle bundle = bundle(tar().file("a.txt", "hello").end()).counts(1, 5);
    bundle.gzip = true;
    byte[] sent = bundle.build();
    int payloadAt = sent.length - 1_024 - (bundle.sentPayload().length + 511) / 512 * 512;
    for (int i = 0; i < bundle.sentPayload().length; i++) {
      byte[] flipped = sent.clone();
      flipped[payloadAt + i] ^= 0x10;
      host.refuses("archive.digest", R2, in(flipped));
    }
  }
}
