package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of real tar, as they are and bent. */
class TarReaderTest {
  private static final String LONG = "long/" + "n".repeat(90) + "/" + "m".repeat(80) + ".js";

  @TempDir private Path temp;
  private Path tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree = Files.createDirectories(temp.resolve("tree"));
    Files.createDirectories(tree.resolve(LONG).getParent());
    Files.writeString(tree.resolve(LONG), "long name");
    Files.writeString(tree.resolve("a.txt"), "hello");
    Files.writeString(tree.resolve("big"), "0123456789".repeat(200));
    Files.writeString(tree.resolve("empty"), "");
    Files.createDirectories(tree.resolve("dir/none"));
    Files.createSymbolicLink(tree.resolve("dir/up"), Path.of("../a.txt"));
    Files.createLink(tree.resolve("same.txt"), tree.resolve("a.txt"));
    assertThat(tree.resolve("big").toFile().setExecutable(true)).isTrue();
  }

  private byte[] tar(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tar", "--sort=name", "-cf", "../a.tar"));
    command.addAll(List.of(options));
    command.add(".");
    Tool.run(tree, command.toArray(String[]::new));
    return Files.readAllBytes(temp.resolve("a.tar"));
  }

  /** Every entry as one line, files with their content. */
  private static List<String> read(byte[] archive) throws Rejected, IOException {
    TarReader tar = new TarReader(new ByteArrayInputStream(archive));
    List<String> lines = new ArrayList<>();
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      lines.add(
          switch (entry) {
            case TarEntry.File file -> {
              byte[] content = tar.content().readAllBytes();
              assertThat(content).hasSize((int) file.size());
              String x = file.executable() ? "x " : "f ";
              yield x + file.path() + " = " + new String(content, StandardCharsets.UTF_8);
            }
            case TarEntry.Directory directory -> "d " + directory.path();
            case TarEntry.SymbolicLink link -> "l " + link.path() + " -> " + link.target();
            case TarEntry.HardLink link -> "h " + link.path() + " = " + link.target();
          });
    }
    return lines;
  }

  private static void refuses(String code, byte[] archive) {
    Refusals.assertRefused(code, () -> read(archive));
  }

  @Nested
  class OfRealTar {
    @ParameterizedTest
    @ValueSource(strings = {"gnu", "posix", "ustar"})
    void readsEveryFormat(String format) throws IOException, InterruptedException, Rejected {
      List<String> lines = read(tar("--format=" + format, "--owner=nobody:65534"));
      assertThat(lines)
          .contains(
              "d ",
              "d dir/none",
              "f a.txt = hello",
              "x big = " + "0123456789".repeat(200),
              "f empty = ",
              "l dir/up -> ../a.txt",
              "h same.txt = a.txt",
              "f " + LONG + " = long name");
    }

    @Test
    void readsHugeNumbersInFieldsThatDoNotMatter()
        throws IOException, InterruptedException, Rejected {
      assertThat(tar("--format=gnu", "--owner=x:4000000000", "--mtime=@-5")).isNotEmpty();
      assertThat(read(tar("--format=gnu", "--owner=x:4000000000", "--mtime=@-5")))
          .contains("f a.txt = hello");
      assertThat(
              read(
                  tar(
                      "--format=posix",
                      "--pax-option=mtime:=9e9999999,SCHILY.xattr.security.capability:=x")))
          .contains("f a.txt = hello");
    }

    @Test
    void skipsContentThatNobodyReads() throws IOException, InterruptedException, Rejected {
      TarReader tar = new TarReader(new ByteArrayInputStream(tar()));
      int entries = 0;
      while (tar.next() != null) {
        entries++;
      }
      assertThat(entries).isEqualTo(read(tar()).size());
    }

    @Test
    void refusesEveryCut() throws IOException, InterruptedException {
      byte[] whole = tar("--format=posix", "-b", "2");
      int end = lastContent(whole) / 512 * 512 + 512 + 1024;
      for (int length = 0; length < end; length += 97) {
        refuses("tar.truncated", Arrays.copyOf(whole, length));
      }
      for (int length = end - 1; length > end - 1024; length -= 64) {
        refuses("tar.truncated", Arrays.copyOf(whole, length));
      }
    }

    @Test
    void refusesOrReadsTheSameForEveryFlippedBit() throws IOException, InterruptedException {
      byte[] whole = tar("--format=posix");
      long seed = 20_261_122;
      Random random = new Random(seed);
      int refused = 0;
      for (int i = 0; i < 10_000; i++) {
        byte[] flipped = whole.clone();
        flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
        try {
          read(flipped);
        } catch (Rejected e) {
          refused++;
        } catch (RuntimeException | StackOverflowError e) {
          throw new AssertionError("seed " + seed + ", round " + i, e);
        }
      }
      assertThat(refused).isGreaterThan(3_000);
    }

    private static int lastContent(byte[] bytes) {
      int last = bytes.length - 1;
      while (bytes[last] == 0) {
        last--;
      }
      return last;
    }
  }

  /** One file, so that the first header is at the beginning. */
  @Nested
  class Bent {
    private byte[] one;

    @BeforeEach
    void makeArchive() throws IOException, InterruptedException {
      Tool.run(tree, "tar", "--format=ustar", "-cf", "../one.tar", "a.txt");
      one = Files.readAllBytes(temp.resolve("one.tar"));
    }

    private byte[] with(int offset, String bytes) {
      byte[] bent = one.clone();
      byte[] patch = bytes.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(patch, 0, bent, offset, patch.length);
      return checksummed(bent);
    }

    private static byte[] checksummed(byte[] archive) {
      Arrays.fill(archive, 148, 156, (byte) ' ');
      int sum = 0;
      for (int i = 0; i < 512; i++) {
        sum += archive[i] & 0xff;
      }
      byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(text, 0, archive, 148, 8);
      return archive;
    }

    @Test
    void isReadUnbent() throws Rejected, IOException {
      assertThat(read(checksummed(one))).containsExactly("f a.txt = hello");
    }

    @Test
    void refusesAWrongChecksum() {
      byte[] bent = one.clone();
      bent[0] ^= 1;
      refuses("tar.checksum", bent);
      byte[] garbage = new byte[2_048];
      Arrays.fill(garbage, (byte) 'x');
      refuses("tar.checksum", garbage);
    }

    @Test
    void refusesNumbersThatAreNotOctal() {
      refuses("tar.number", with(124, "\200\0\0\0\0\0\0\0\0\0\0\5"));
      refuses("tar.number", with(124, "\377\377\377\377\377\377\377\377\377\377\377\377"));
      refuses("tar.number", with(124, "            "));
      refuses("tar.number", with(124, "-0000000005\0"));
      refuses("tar.number", with(124, "00000000005x"));
      refuses("tar.number", with(100, "000064x\0"));
    }

    @Test
    void refusesOtherMagic() {
      refuses("tar.format", with(257, "\0\0\0\0\0\0\0\0"));
      refuses("tar.format", with(257, "ustar\00001"));
    }

    @Test
    void refusesOtherTypes() {
      for (String type : new String[] {"3", "4", "6"}) {
        refuses("entry.special", with(156, type));
      }
      for (String type : new String[] {"7", "M", "D", "V", "N", "Z", "A", "X", "\377"}) {
        refuses("entry.type", with(156, type));
      }
      refuses("tar.sparse", with(156, "S"));
    }

    @Test
    void refusesContentOfWhatIsNoFile() {
      for (String type : new String[] {"1", "2", "5"}) {
        refuses("tar.size", with(156, type));
      }
    }

    @Test
    void refusesSpecialModeBitsOfFilesAlone() throws Rejected, IOException {
      for (String mode : new String[] {"0004755\0", "0002755\0", "0001644\0"}) {
        refuses("entry.mode", with(100, mode));
      }
      byte[] directory = with(124, "00000000000\0");
      directory[156] = '5';
      System.arraycopy("0007000\0".getBytes(StandardCharsets.US_ASCII), 0, directory, 100, 8);
      byte[] archive = checksummed(withoutContent(directory));
      assertThat(read(archive)).containsExactly("d a.txt");
    }

    @Test
    void refusesPathsByTheirRules() {
      refuses("path.traversal", with(0, "../evil"));
      refuses("path.absolute", with(0, "/tmp/evil"));
      refuses("path.component", with(0, "weird/\0"));
      refuses("path.component", with(0, "./\0\0\0"));
      refuses("path.traversal", with(0, "././x"));
      refuses("path.char", with(0, "a\\b\0"));
      refuses("path.encoding", with(0, "\377\0\0"));
      refuses("path.reserved", with(0, "./.pointsman"));
      refuses("path.absolute", with(345, "/etc\0"));
    }

    @Test
    void refusesWhatFollowsTheEnd() throws IOException {
      refuses("tar.trailing-data", concat(one, one));
      refuses("tar.trailing-data", concat(one, new byte[] {0, 0, 1}));
      refuses("tar.trailing-data", concat(one, new byte[(1 << 20) + 512]));
      byte[] single = Arrays.copyOf(one, 2_048);
      single[1_536] = 1;
      refuses("tar.trailing-data", single);
    }

    @Test
    void acceptsZerosAfterTheEnd() throws Rejected, IOException {
      assertThat(read(concat(one, new byte[10_240]))).hasSize(1);
      assertThat(read(Arrays.copyOf(one, 2_048))).hasSize(1);
    }

    @Test
    void refusesPaddingThatIsNotZero() {
      byte[] bent = one.clone();
      bent[512 + 5] = 1;
      refuses("tar.padding", bent);
    }

    private static byte[] withoutContent(byte[] archive) {
      byte[] bare = new byte[1_536];
      System.arraycopy(archive, 0, bare, 0, 512);
      return bare;
    }

    private static byte[] concat(byte[] left, byte[] right) {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.writeBytes(left);
      both.writeBytes(right);
      return both.toByteArray();
    }
  }

  @Nested
  class Meta {
    @Test
    void refusesASparseFile() throws IOException, InterruptedException {
      try (var file = new java.io.RandomAccessFile(tree.resolve("hole").toFile(), "rw")) {
        file.setLength(1 << 22);
        file.seek(1 << 20);
        file.write(1);
      }
      refuses("tar.sparse", tar("--sparse", "--format=gnu"));
      refuses("tar.sparse", tar("--sparse", "--format=posix", "--sparse-version=1.0"));
      refuses("tar.sparse", tar("--sparse", "--format=posix", "--sparse-version=0.1"));
    }

    @Test
    void acceptsAGlobalCommentAndNothingElse() throws IOException, InterruptedException, Rejected {
      assertThat(read(tar("--format=posix", "--pax-option=comment=hi"))).contains("d ");
      refuses("tar.global-pax", tar("--format=posix", "--pax-option=path=evil"));
      refuses("tar.global-pax", tar("--format=posix", "--pax-option=mtime=0"));
    }

    @Test
    void refusesPaxRecordsThatSayTooMuch() throws IOException, InterruptedException {
      refuses("tar.size-mismatch", tar("--format=posix", "--pax-option=size:=3"));
      refuses("tar.pax", tar("--format=posix", "--pax-option=hdrcharset:=BINARY"));
      refuses("path.traversal", tar("--format=posix", "--pax-option=path:=../evil"));
      refuses(
          "tar.meta-size", tar("--format=posix", "--pax-option=comment:=" + "x".repeat(70_000)));
    }

    @Test
    void refusesMalformedPaxRecords() {
      for (String records :
          new String[] {
            "x",
            "0 a=b\n",
            "99 a=b\n",
            "6 a=bc\n",
            "7 =bbb\n",
            "7 abbb\n",
            "06a=b\n",
            "8 path=\n",
            "9999999 a=b\n",
            "6 a=b\n6 a=c\n",
            "6 a=b\n\0\0\0\0"
          }) {
        byte[] bytes = records.getBytes(StandardCharsets.UTF_8);
        Refusals.assertRefused("tar.pax", () -> PaxRecords.parse(bytes));
      }
      byte[] nul = "11 path=a\0\n".getBytes(StandardCharsets.UTF_8);
      Refusals.assertRefused("path.char", () -> PaxRecords.parse(nul));
    }
  }
}
