package dev.pointsman.agent.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class PackFormatTest {
  private static final byte[] CONTENT =
      "what a tar would be".repeat(100).getBytes(StandardCharsets.UTF_8);

  /** Compresses. */
  private interface Packing {
    OutputStream of(OutputStream out) throws Exception;
  }

  private static byte[] pack(Packing packing) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packed = packing.of(out)) {
      packed.write(CONTENT);
    }
    return out.toByteArray();
  }

  private static byte[] read(PackFormat format, byte[] sent, long limit) throws Exception {
    try (InputStream plain = format.plain(new ByteArrayInputStream(sent), limit)) {
      return plain.readAllBytes();
    }
  }

  @Test
  void everyFormatIsRead() throws Exception {
    assertThat(read(PackFormat.TAR, CONTENT, CONTENT.length)).isEqualTo(CONTENT);
    assertThat(read(PackFormat.TAR_GZIP, pack(GZIPOutputStream::new), CONTENT.length))
        .isEqualTo(CONTENT);
    assertThat(read(PackFormat.TAR_ZSTD, pack(Zstd::compress), CONTENT.length)).isEqualTo(CONTENT);
  }

  @Test
  void whatIsCompressedEndsAtTheLimit() {
    assertThatThrownBy(
            () -> read(PackFormat.TAR_GZIP, pack(GZIPOutputStream::new), CONTENT.length - 1))
        .hasMessageContaining("limit.bytes");
    assertThatThrownBy(() -> read(PackFormat.TAR_ZSTD, pack(Zstd::compress), CONTENT.length - 1))
        .hasMessageContaining("limit.bytes");
  }
}
