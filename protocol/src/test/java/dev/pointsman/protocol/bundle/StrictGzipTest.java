package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrictGzipTest {
  private static final byte[] CONTENT = content();

  private static byte[] content() {
    byte[] content = new byte[40_000];
    new Random(1).nextBytes(content);
    Arrays.fill(content, 10_000, 30_000, (byte) 'x');
    return content;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] gunzip(byte[] bytes) throws IOException {
    return gunzip(bytes, 1 << 20);
  }

  private static byte[] gunzip(byte[] bytes, long limit) throws IOException {
    try (StrictGzip in =
        new StrictGzip(new ByteArrayInputStream(bytes), limit, ErrorCode.LIMIT_BYTES)) {
      return in.readAllBytes();
    }
  }

  private static byte[] concat(byte[] left, byte... right) {
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  @Test
  void readsWhatGzipWrites(@TempDir Path temp) throws IOException, InterruptedException {
    Files.write(temp.resolve("named"), CONTENT);
    Tool.run(temp, "gzip", "-9", "named");
    assertThat(gunzip(Files.readAllBytes(temp.resolve("named.gz")))).isEqualTo(CONTENT);
    assertThat(gunzip(gzip(new byte[0]))).isEmpty();
  }

  @Test
  void readsAllHeaderFieldsAndChecksTheirChecksum() throws IOException {
    byte[] plain = gzip(CONTENT);
    byte[] header =
        concat(
            Arrays.copyOf(plain, 10),
            "\3\0abcname\0comment\0".getBytes(StandardCharsets.ISO_8859_1));
    header[3] = 2 | 4 | 8 | 16;
    CRC32 crc = new CRC32();
    crc.update(header);
    byte[] whole =
        concat(
            concat(header, (byte) crc.getValue(), (byte) (crc.getValue() >> 8)),
            Arrays.copyOfRange(plain, 10, plain.length));
    assertThat(gunzip(whole)).isEqualTo(CONTENT);
    whole[header.length] ^= 1;
    Refusals.assertRefused("gzip.format", () -> gunzip(whole));
  }

  @Test
  void refusesEveryCut() throws IOException {
    byte[] whole = gzip(CONTENT);
    for (int length = 0; length < whole.length; length += length < 20 ? 1 : 131) {
      byte[] cut = Arrays.copyOf(whole, length);
      Refusals.assertRefused("gzip.format", () -> gunzip(cut));
    }
    for (int missing = 1; missing <= 9; missing++) {
      byte[] cut = Arrays.copyOf(whole, whole.length - missing);
      Refusals.assertRefused("gzip.format", () -> gunzip(cut));
    }
  }

  @Test
  void refusesEveryFlippedBitOutsideTheHeadersRemarks() throws IOException {
    byte[] whole = gzip(CONTENT);
    Random random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      int at = random.nextInt(whole.length);
      boolean remark = at >= 4 && at < 10; // Time, level, system.
      byte[] flipped = whole.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      if (!remark) {
        try {
          assertThat(gunzip(flipped)).as("accepted a flip at " + at).isNull();
        } catch (StreamRefused e) {
          assertThat(e.rejected().code().wire()).startsWith("gzip.");
        }
      }
    }
  }

  @Test
  void refusesWhatFollows() throws IOException {
    byte[] whole = gzip(CONTENT);
    Refusals.assertRefused("gzip.trailing", () -> gunzip(concat(whole, (byte) 0)));
    Refusals.assertRefused("gzip.trailing", () -> gunzip(concat(whole, whole)));
    Refusals.assertRefused("gzip.trailing", () -> gunzip(concat(gzip(new byte[0]), whole)));
  }

  @Test
  void stopsAtTheFirstByteTooMany() throws IOException {
    byte[] whole = gzip(CONTENT);
    assertThat(gunzip(whole, CONTENT.length)).hasSize(CONTENT.length);
    Refusals.assertRefused("limit.bytes", () -> gunzip(whole, CONTENT.length - 1));
  }

  @Test
  void stopsABombEarly() throws IOException {
    byte[] bomb = gzip(new byte[64 << 20]);
    try (StrictGzip in =
        new StrictGzip(new ByteArrayInputStream(bomb), 1_000, ErrorCode.LIMIT_BYTES)) {
      Rejected rejected = Refusals.assertRefused("limit.bytes", () -> in.readNBytes(1 << 20));
      assertThat(rejected.detail()).contains("1000");
    }
  }

  @Test
  void refusesOtherFormats() {
    byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0};
    Refusals.assertRefused("gzip.format", () -> gunzip(zstd));
    Refusals.assertRefused("gzip.format", () -> gunzip(new byte[600]));
  }
}
