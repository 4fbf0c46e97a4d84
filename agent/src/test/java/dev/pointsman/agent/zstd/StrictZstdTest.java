package dev.pointsman.agent.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.bundle.StreamRefused;
import dev.pointsman.protocol.bundle.StrictZstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frame reader and the real decoder behind it. */
class StrictZstdTest {
  private static final String MAGIC = "28b52ffd";
  private static final byte[] CONTENT = content();

  private static byte[] content() {
    byte[] content = new byte[400_000];
    new Random(1).nextBytes(content);
    Arrays.fill(content, 10_000, 300_000, (byte) 'x');
    return content;
  }

  private static byte[] compress(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zstd = Zstd.compress(out)) {
      zstd.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] read(byte[] bytes, long limit) throws IOException {
    return read(new ByteArrayInputStream(bytes), limit);
  }

  private static byte[] read(InputStream in, long limit) throws IOException {
    try (StrictZstd zstd = new StrictZstd(in, limit, ErrorCode.LIMIT_BYTES, Zstd.decoder())) {
      return zstd.readAllBytes();
    }
  }

  private static void refuses(String code, byte[] bytes, long limit) {
    assertThatThrownBy(() -> read(bytes, limit))
        .isInstanceOfSatisfying(
            StreamRefused.class,
            e -> assertThat(e.rejected().code().wire()).as("%s", e).isEqualTo(code));
  }

  private static byte[] hex(String... parts) {
    return HexFormat.of().parseHex(String.join("", parts));
  }

  private static byte[] concat(byte[] left, byte... right) {
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  @Test
  void readsWhatItWrites() throws IOException {
    assertThat(read(compress(CONTENT), CONTENT.length)).isEqualTo(CONTENT);
    assertThat(read(compress(new byte[0]), 0)).isEmpty();
  }

  @Test
  void writesTheSameBytesForTheSameContent() throws IOException {
    assertThat(compress(CONTENT)).isEqualTo(compress(CONTENT));
  }

  @ParameterizedTest
  @CsvSource({"-1", "-3", "-19", "--fast=3", "--no-check", "--single-thread", "-T2"})
  void readsWhatTheZstdCommandWrites(String option, @TempDir Path temp) throws Exception {
    assertThat(read(command(temp, "zstd", "-q", option, "-c", "content"), CONTENT.length))
        .isEqualTo(CONTENT);
  }

  @Test
  void readsWhatWasCompressedFromAPipe(@TempDir Path temp) throws Exception {
    byte[] piped = command(temp, "sh", "-c", "zstd -q -c < content");
    assertThat(read(piped, CONTENT.length)).isEqualTo(CONTENT);
  }

  @Test
  void refusesALargeWindowBeforeTheDecoderIsAsked(@TempDir Path temp) throws Exception {
    byte[] wide = command(temp, "sh", "-c", "zstd -q --long=27 -c < content");
    StrictZstd.Decoder never =
        frame -> {
          throw new AssertionError("the decoder was asked");
        };
    try (StrictZstd zstd =
        new StrictZstd(new ByteArrayInputStream(wide), 1L << 40, ErrorCode.LIMIT_BYTES, never)) {
      assertThatThrownBy(zstd::readAllBytes)
          .hasMessageContaining("zstd.window")
          .hasMessageContaining("134217728");
    }
  }

  /** {@code descriptor} and window byte of frames with one raw block of one byte. */
  @ParameterizedTest
  @CsvSource({
    "00 68, ok", // 8 MiB.
    "00 69, zstd.window", // An eighth more.
    "00 70, zstd.window",
    "00 ff, zstd.window",
    "08 00, zstd.format", // The reserved bit.
    "01 00 07, zstd.format", // A dictionary.
    "03 00 00000000, zstd.format",
    "20 01, ok", // A single segment of one byte.
    "a0 01008000, zstd.window", // A single segment of 8 MiB and a byte.
    "e0 ffffffffffffffff, limit.bytes",
    "c0 00 0100000000000000, ok",
    "c0 00 0000000001000000, limit.bytes"
  })
  void decidesByTheHeader(String header, String expected) throws IOException {
    byte[] frame = hex(MAGIC, header.replace(" ", ""), "090000", "61");
    if (expected.equals("ok")) {
      assertThat(read(frame, 16 << 20)).containsExactly('a');
    } else {
      refuses(expected, frame, 16 << 20);
    }
  }

  @Test
  void refusesWhatIsNotOneFrame() throws IOException {
    byte[] good = compress(CONTENT);
    refuses("zstd.format", new byte[0], 1 << 20);
    refuses("zstd.format", hex("1f8b0800"), 1 << 20);
    refuses("zstd.format", concat(good, (byte) 0), 1 << 20);
    refuses("zstd.format", concat(good, good), 1 << 20);
    refuses("zstd.format", concat(hex("502a4d18", "00000000"), good), 1 << 20);
    refuses("zstd.format", concat(good, hex("5f2a4d18", "00000000")), 1 << 20);
    refuses("zstd.format", hex(MAGIC, "0000", "070000"), 1 << 20); // A reserved kind of block.
    refuses("zstd.format", hex(MAGIC, "0000", "092000", "61"), 1 << 20); // Larger than the window.
    // Compressed blocks without their headers: the decoder reads the first as no content, in parts.
    refuses("zstd.format", hex(MAGIC, "2400", "050000", "99e9d851"), 1 << 20);
    refuses("zstd.format", hex(MAGIC, "2005", "0d0000", "00"), 1 << 20);
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    byte[] good = compress(Arrays.copyOf(CONTENT, 11_000));
    for (int length = 0; length < good.length; length += 7) {
      refuses("zstd.format", Arrays.copyOf(good, length), 1 << 20);
    }
  }

  @Test
  void refusesEveryFlippedBitOrReadsTheSame() throws IOException {
    byte[] content = "a text that is a text that is a text ".repeat(20).getBytes("UTF-8");
    byte[] good = compress(content);
    int refused = 0;
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        assertThat(read(flipped, content.length)).isEqualTo(content);
      } catch (StreamRefused e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(good.length * 6);
  }

  @Test
  void refusesTheByteAfterTheLimit() throws IOException {
    refuses("limit.bytes", compress(CONTENT), CONTENT.length - 1);
  }

  /** 32,500 times its size: what comes out is bounded, and with it what is done. */
  @Test
  void stopsABombAtTheLimit() throws IOException {
    // Blocks of 128 KiB that are one byte again and again, without an end.
    byte[] endless = hex(MAGIC, "0038", "020010", "00");
    byte[] block = hex("020010", "00");
    InputStream bomb =
        new InputStream() {
          private long position;

          @Override
          public int read() {
            long at = position++;
            int value = at < 6 ? endless[(int) at] : block[(int) ((at - 6) % 4)];
            return value & 0xff;
          }
        };
    long[] read = {0};
    InputStream counted =
        new FilterInputStream(bomb) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            read[0] += count;
            return count;
          }
        };
    byte[] buffer = new byte[64 << 10];
    long produced = 0;
    try (StrictZstd zstd =
        new StrictZstd(counted, 1 << 20, ErrorCode.LIMIT_BYTES, Zstd.decoder())) {
      while (true) {
        produced += zstd.read(buffer);
      }
    } catch (StreamRefused e) {
      assertThat(e.rejected().code()).isEqualTo(ErrorCode.LIMIT_BYTES);
    }
    assertThat(produced).isEqualTo(1 << 20);
    assertThat(read[0]).isLessThanOrEqualTo(64 << 10);
  }

  @Test
  void aBrokenSourceIsNotTakenForADamagedFrame() {
    InputStream broken =
        new InputStream() {
          private int count;

          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            if (count++ > 0) {
              return read();
            }
            byte[] begin = hex(MAGIC, "0038", "020010", "00");
            System.arraycopy(begin, 0, buffer, offset, begin.length);
            return begin.length;
          }
        };
    assertThatThrownBy(() -> read(broken, 1 << 30))
        .isNotInstanceOf(StreamRefused.class)
        .hasMessage("connection reset");
  }

  @Test
  void saysWhatToDoWhereItCannotBeLoaded() {
    assertThat(Zstd.problem()).isEmpty();
    assertThat(Zstd.explain(new NoClassDefFoundError("com/github/luben/zstd/util/Native")))
        .isEqualTo("zstd is not installed here (lib/zstd-jni-*.jar is missing); gzip works");
    assertThat(
            Zstd.explain(
                new UnsatisfiedLinkError("/tmp/x.so: failed to map segment\nand more of it")))
        .contains("failed to map segment)", "-DZstdTempFolder=DIR", "gzip works")
        .doesNotContain("more of it");
  }

  private static byte[] command(Path temp, String... words) throws Exception {
    Files.write(temp.resolve("content"), CONTENT);
    Path out = temp.resolve("out");
    Process process =
        new ProcessBuilder(words)
            .directory(temp.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readAllBytes(out);
  }
}
