package dev.pointsman.agent.intake;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Bundles whose members are not what, where or how many they must be, and bad compression. */
final class MemberAttacks {
  private MemberAttacks() {}

  /** Writes the members after the statement and its signature. */
  private interface Members {
    void write(TarBytes tar, TestBundle bundle) throws Exception;
  }

  private static BundleAttack row(String expected, String what, Members members) {
    return row(expected, what, false, members);
  }

  private static BundleAttack listed(String expected, String what, Members members) {
    return row(expected, what, true, members);
  }

  private static BundleAttack row(String expected, String what, boolean listed, Members members) {
    return BundleAttack.of(
        expected,
        "members: " + what,
        ci -> {
          TestBundle bundle =
              StatementAttacks.second(listed ? TestBundle.listed() : TestBundle.archive());
          byte[] manifest = bundle.manifest();
          TarBytes tar = new TarBytes().file("release.json", manifest);
          tar.file("release.json.sig", ci.sign(manifest));
          members.write(tar, bundle);
          return tar.end();
        });
  }

  /** The whole bundle otherwise. */
  private static BundleAttack whole(String expected, String what, UnaryOperator<byte[]> bend) {
    return BundleAttack.of(
        expected,
        "members: " + what,
        ci ->
            bend.apply(StatementAttacks.signed(StatementAttacks.second(TestBundle.archive()), ci)));
  }

  private static byte[] list() {
    return TestBundle.OK_LIST.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  static Stream<BundleAttack> members() {
    return Stream.of(
        whole("422 tar.truncated", "nothing but a body", _ -> new byte[] {1}),
        whole("400 bundle.format", "an empty archive", _ -> new byte[1_024]),
        whole("422 tar.format", "a body of rubbish", _ -> rubbish()),
        whole("422 tar.checksum", "a compressed bundle", TestBundle::gzip),
        whole("422 tar.trailing-data", "a second bundle after it", b -> twice(b)),
        whole("422 tar.truncated", "cut in the payload", b -> Arrays.copyOf(b, b.length - 1_600)),
        whole("422 tar.truncated", "no end", b -> Arrays.copyOf(b, b.length - 1_024)),
        row("400 bundle.format", "a member of another name", (tar, _) -> tar.file("evil", "x")),
        row(
            "400 bundle.format",
            "a name of another case",
            (tar, b) -> tar.file("Payload.tar", b.sentPayload())),
        row(
            "400 bundle.format",
            "a name within a directory",
            (tar, b) -> tar.file("x/payload.tar", b.sentPayload())),
        row("400 bundle.format", "a directory", (tar, _) -> tar.directory("x")),
        row(
            "400 bundle.format",
            "a link to another file",
            (tar, _) -> tar.symlink("payload.tar", "/etc/passwd")),
        row(
            "400 bundle.format",
            "a hard link as payload",
            (tar, _) -> tar.hardlink("payload.tar", "release.json")),
        row("400 bundle.order", "the statement twice", (tar, _) -> tar.file("release.json", "{}")),
        row(
            "400 bundle.format",
            "two payloads",
            (tar, b) ->
                tar.file("payload.tar", b.sentPayload()).file("payload.tar", b.sentPayload())),
        row(
            "400 bundle.format",
            "two payloads of different names",
            (tar, b) ->
                tar.file("payload.tar", b.sentPayload())
                    .file("payload.tar.gz", TestBundle.gzip(b.sentPayload()))),
        row(
            "400 bundle.order",
            "a signature after the payload",
            (tar, b) -> tar.file("payload.tar", b.sentPayload()).file("release.json.x.sig", "x")),
        row(
            "400 bundle.format",
            "a signature named weirdly",
            (tar, _) -> tar.file("release.json.-x.sig", "x")),
        row(
            "400 bundle.format",
            "a signature named for a path",
            (tar, _) -> tar.file("release.json...%2f.sig", "x")),
        row(
            "400 bundle.format",
            "two signatures of one name",
            (tar, _) -> tar.file("release.json.sig", "x")),
        row(
            "400 bundle.format",
            "a payload compressed otherwise than signed",
            (tar, b) -> tar.file("payload.tar.gz", b.sentPayload())),
        row(
            "422 archive.digest",
            "a payload of no length",
            (tar, _) -> tar.file("payload.tar", "")),
        row(
            "422 archive.digest",
            "a payload that is longer",
            (tar, _) -> tar.file("payload.tar", new byte[10_240])),
        row(
            "400 bundle.format",
            "a list that nobody signed for",
            (tar, b) -> tar.file("files.lst", list()).file("payload.tar", b.sentPayload())),
        listed(
            "400 bundle.order",
            "the payload before the list",
            (tar, b) -> tar.file("payload.tar", b.sentPayload()).file("files.lst", list())),
        listed("400 bundle.format", "neither list nor payload", (_, _) -> {}),
        listed(
            "400 bundle.format",
            "two lists",
            (tar, b) ->
                tar.file("files.lst", list())
                    .file("files.lst", list())
                    .file("payload.tar", b.sentPayload())),
        listed(
            "400 bundle.format",
            "a list plain and compressed",
            (tar, b) ->
                tar.file("files.lst", list())
                    .file("files.lst.gz", TestBundle.gzip(list()))
                    .file("payload.tar", b.sentPayload())),
        listed(
            "422 tree.digest",
            "a list of no length",
            (tar, b) -> tar.file("files.lst", "").file("payload.tar", b.sentPayload())),
        listed(
            "422 tar.truncated",
            "a payload of no length",
            (tar, _) -> tar.file("files.lst", list()).file("payload.tar", "")));
  }

  private static byte[] twice(byte[] bytes) {
    return new TarBytes().raw(bytes).raw(bytes).cut();
  }

  private static byte[] rubbish() {
    byte[] block = new byte[4_096];
    // A header whose checksum is right and that says nothing else.
    byte[] sum = "000777\0 ".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(sum, 0, block, 148, sum.length);
    block[0] = (byte) 0xff;
    return block;
  }

  private static BundleAttack packed(String expected, String what, UnaryOperator<byte[]> bend) {
    return BundleAttack.of(
        expected,
        "compression: " + what,
        ci -> {
          TestBundle bundle = StatementAttacks.second(TestBundle.archive());
          bundle.gzip = true;
          bundle.rawGzip = bend.apply(TestBundle.gzip(bundle.payload));
          return StatementAttacks.signed(bundle, ci);
        });
  }

  static Stream<BundleAttack> compressed() {
    return Stream.of(
        packed(
            "422 gzip.format", "none where it says so", _ -> new TarBytes().file("a", "x").end()),
        packed("422 gzip.format", "nothing", _ -> new byte[0]),
        packed("422 gzip.format", "only a header", b -> Arrays.copyOf(b, 10)),
        packed("422 gzip.format", "cut in the middle", b -> Arrays.copyOf(b, b.length / 2)),
        packed("422 gzip.format", "cut in the trailer", b -> Arrays.copyOf(b, b.length - 3)),
        packed("422 gzip.format", "a wrong checksum", b -> flipped(b, b.length - 8)),
        packed("422 gzip.format", "a wrong length", b -> flipped(b, b.length - 4)),
        packed("422 gzip.format", "another method", b -> with(b, 2, 7)),
        packed("422 gzip.format", "reserved flags", b -> with(b, 3, 0x20)),
        packed(
            "422 gzip.format", "a wrong header checksum", b -> headed(b, 0x02, new byte[] {1, 2})),
        packed(
            "422 gzip.format",
            "a name without an end",
            b ->
                headed(
                    b,
                    0x08,
                    "n".repeat(5_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII))),
        packed(
            "422 gzip.format",
            "an extra field longer than the stream",
            b -> headed(b, 0x04, new byte[] {-1, -1})),
        packed("422 gzip.format", "zlib instead", b -> Arrays.copyOfRange(b, 10, b.length)),
        packed("422 gzip.trailing", "a second member", MemberAttacks::twice),
        packed("422 gzip.trailing", "a byte after it", b -> Arrays.copyOf(b, b.length + 1)),
        packed(
            "422 gzip.trailing",
            "a tape's padding after it",
            b -> Arrays.copyOf(b, b.length + 512)),
        packed("422 tar.truncated", "compressed twice", TestBundle::gzip),
        packed("422 tar.trailing-data", "64 MiB of zeros after the end", _ -> bomb(64 << 20)),
        BundleAttack.of(
            "413 limit.bytes",
            "compression: a bomb of content",
            ci -> {
              TestBundle bundle = StatementAttacks.second(TestBundle.archive());
              bundle.gzip = true;
              bundle.payload = new TarBytes().file("a.txt", new byte[1 << 20]).end();
              return StatementAttacks.signed(bundle, ci);
            }));
  }

  private static byte[] bomb(int zeros) {
    byte[] tar = new TarBytes().file("a.txt", "hello").end();
    return TestBundle.gzip(Arrays.copyOf(tar, tar.length + zeros));
  }

  private static byte[] flipped(byte[] bytes, int at) {
    return with(bytes, at, bytes[at] ^ 1);
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] other = bytes.clone();
    other[at] = (byte) value;
    return other;
  }

  /** The stream with more in its header. */
  private static byte[] headed(byte[] gzip, int flags, byte[] fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(with(Arrays.copyOf(gzip, 10), 3, flags));
    out.writeBytes(fields);
    out.write(gzip, 10, gzip.length - 10);
    return out.toByteArray();
  }

  /** A stream with every optional part of a header, which is legal. */
  static byte[] withEveryField(byte[] gzip) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(with(Arrays.copyOf(gzip, 10), 3, 0x1e));
    out.writeBytes(new byte[] {4, 0, 'a', 'b', 0, 0});
    out.writeBytes("name\0comment\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    CRC32 crc = new CRC32();
    crc.update(out.toByteArray());
    out.write((int) crc.getValue());
    out.write((int) crc.getValue() >> 8);
    out.write(gzip, 10, gzip.length - 10);
    return out.toByteArray();
  }
}
