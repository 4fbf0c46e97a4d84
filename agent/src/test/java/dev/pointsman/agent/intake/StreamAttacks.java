package dev.pointsman.agent.intake;

import static dev.pointsman.agent.intake.TarBytes.put;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Archives whose bytes do not mean one thing, or more than was promised. */
final class StreamAttacks {
  private StreamAttacks() {}

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static ArchiveAttack row(String code, String what, TarBytes tar) {
    return new ArchiveAttack(code, what, tar.end());
  }

  private static ArchiveAttack cut(String code, String what, byte[] tar) {
    return new ArchiveAttack(code, what, tar);
  }

  private static TarBytes named(String name) {
    return tar().file(name, "x");
  }

  private static TarBytes bent(int offset, String bytes) {
    Consumer<byte[]> bend =
        header -> put(header, offset, bytes.getBytes(StandardCharsets.ISO_8859_1));
    return tar().entry('0', "a.txt", "", "hello", bend);
  }

  static Stream<ArchiveAttack> streams() {
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

  /** Cases beyond the table of the specification. */
  static Stream<ArchiveAttack> moreStreams() {
    byte[] good = tar().file("a.txt", "hello").end();
    return Stream.of(
        cut(
            "tar.truncated",
            "pax header, then the end of the stream",
            tar().pax('x', "path=b").cut()),
        row("tar.meta-order", "pax header, then the end of the archive", tar().pax('x', "path=b")),
        row("tar.meta-order", "long name, then the end of the archive", tar().longName('L', "b")),
        row(
            "tar.meta-size",
            "long name of no length",
            tar().entry('L', "x", "", "", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "long name without its NUL",
            tar().entry('L', "x", "", "name", _ -> {}).file("a", "x")),
        row("path.component", "long name that is empty", tar().longName('L', "").file("a", "x")),
        row(
            "tar.meta-order",
            "two pax headers",
            tar().pax('x', "path=b").pax('x', "path=c").file("a", "x")),
        row(
            "tar.meta-order",
            "two global headers",
            tar().pax('g', "comment=a").file("b", "x").pax('g', "comment=b").file("a", "x")),
        row(
            "tar.meta-order",
            "global header between pax and entry",
            tar().pax('x', "path=b").pax('g', "comment=a").file("a", "x")),
        row(
            "tar.meta-order",
            "long link, then pax",
            tar().longName('K', "t").pax('x', "path=b").symlink("a", "t")),
        row(
            "tar.size-mismatch",
            "pax size for a directory",
            tar().pax('x', "size=5").directory("d")),
        row(
            "tar.size-mismatch",
            "pax size with leading zeros",
            tar().pax('x', "size=01").file("a", "x")),
        row("tar.size-mismatch", "pax size with a sign", tar().pax('x', "size=+1").file("a", "x")),
        row(
            "tar.size-mismatch",
            "pax size smaller than the header's",
            tar().pax('x', "size=0").file("a", "x")),
        row("tar.pax", "pax size that is empty", tar().pax('x', "size=").file("a", "x")),
        row("tar.pax", "pax path that is empty", tar().pax('x', "path=").file("a", "x")),
        row(
            "tar.pax",
            "pax record longer than its header",
            tar().entry('x', "x", "", "99 path=b\n", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record with a negative length",
            tar().entry('x', "x", "", "-9 path=b\n", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record with a length of no end",
            tar().entry('x', "x", "", "9".repeat(40) + " path=b\n", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record of length nought",
            tar().entry('x', "x", "", "0 path=b\n", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record without a line feed",
            tar().entry('x', "x", "", "10 path=bc", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "pax record without an equals sign",
            tar().entry('x', "x", "", "8 pathb\n", _ -> {}).file("a", "x")),
        row(
            "tar.pax",
            "zeros within a pax header",
            tar().entry('x', "x", "", "10 path=b\n\0\0\0", _ -> {}).file("a", "x")),
        row(
            "tar.size",
            "hard link with content",
            tar().file("f", "x").entry('1', "a", "f", "x", _ -> {})),
        row("tar.checksum", "checksum that is no number", checksum("nonsense")),
        row("tar.checksum", "checksum of signed bytes", signedChecksum()),
        row("tar.number", "empty size", bent(124, "\0\0\0\0\0\0\0\0\0\0\0\0")),
        row("tar.number", "size with rubbish after it", bent(124, "00000000005x")),
        row("tar.number", "size of digits that are not octal", bent(124, "00000000009\0")),
        row("tar.number", "mode in binary", bent(100, "\u0080\0\0\0\0\0\1\u00a4")),
        row("tar.format", "magic of another case", bent(257, "USTAR\00000")),
        row("tar.format", "ustar of another version", bent(257, "ustar\00001")),
        cut(
            "tar.trailing-data",
            "a zero block between entries",
            tar().file("a.txt", "hello").raw(new byte[512]).file("b", "x").end()),
        cut(
            "tar.truncated",
            "the end cut within its second block",
            Arrays.copyOf(good, good.length - 1)),
        cut(
            "tar.trailing-data",
            "a gzip stream after the end",
            tar().raw(good).raw(TestBundle.gzip(good)).cut()),
        row("limit.bytes", "content of hard links beyond what is signed", hardLinks()),
        row("limit.entries", "hard links beyond the files that are signed", manyHardLinks()),
        row(
            "tar.truncated",
            "file that promises more than there is",
            tar().header('0', new byte[] {'a'}, "", 900, _ -> {})));
  }

  private static TarBytes checksum(String text) {
    byte[] tar = tar().file("a", "x").end();
    put(tar, 148, text.getBytes(StandardCharsets.US_ASCII));
    return tar().raw(Arrays.copyOf(tar, tar.length - 1_024));
  }

  /** As very old tars computed it, from bytes with a sign. */
  private static TarBytes signedChecksum() {
    byte[] tar = tar().file("caf\u00c3\u00a9", "x").end();
    Arrays.fill(tar, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[i];
    }
    put(tar, 148, String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII));
    return tar().raw(Arrays.copyOf(tar, tar.length - 1_024));
  }

  private static TarBytes hardLinks() {
    TarBytes tar = tar().file("f", "x".repeat(400));
    return tar.hardlink("a", "f").hardlink("b", "f");
  }

  private static TarBytes manyHardLinks() {
    TarBytes tar = tar().file("f", "x");
    for (int i = 0; i < 51; i++) {
      tar.hardlink("h" + i, "f");
    }
    return tar;
  }
}
