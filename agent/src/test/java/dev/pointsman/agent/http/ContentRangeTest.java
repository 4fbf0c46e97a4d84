package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentRangeTest {
  @Test
  void withoutARangeTheBodyIsTheFile() throws Exception {
    assertThat(ContentRange.parse(List.of(), 3893)).isEqualTo(new Control.Part(0, 3893, 3893));
    assertThat(ContentRange.parse(List.of(), -1)).isEqualTo(new Control.Part(0, -1, -1));
  }

  @ParameterizedTest
  @CsvSource({
    "bytes 100-3892/3893, 3793, 100, 3893, 3893", // As curl -C 100 -T sends it.
    "bytes 0-3892/3893, 3893, 0, 3893, 3893", // As curl -C - -T sends it.
    "bytes 100-199/*, -1, 100, 200, -1",
    "bytes 0-0/1, 1, 0, 1, 1",
    "bytes 0-9999999999999998/9999999999999999, -1, 0, 9999999999999999, 9999999999999999"
  })
  void reads(String text, long length, long offset, long end, long total) throws Exception {
    assertThat(ContentRange.parse(List.of(text), length))
        .isEqualTo(new Control.Part(offset, end, total));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes 0-",
        "bytes -5/10",
        "bytes */10",
        "bytes 5-4/10",
        "bytes 0-10/10",
        "bytes 0-9/",
        "bytes 0-9",
        "bytes 0-9/10 ",
        " bytes 0-9/10",
        "bytes  0-9/10",
        "bytes=0-9/10",
        "Bytes 0-9/10",
        "items 0-9/10",
        "bytes 0-9/10, bytes 0-9/10",
        "bytes +0-9/10",
        "bytes 0x0-9/10",
        "bytes 0-9/1e1",
        "bytes 0-99999999999999999/*",
        "bytes 18446744073709551616-18446744073709551617/*",
        "bytes \u0660-\u0669/*",
        "bytes 0-9/10\r\nX: y"
      })
  void refuses(String text) {
    Rejected refusal =
        catchThrowableOfType(Rejected.class, () -> ContentRange.parse(List.of(text), -1));

    assertThat(refusal.code()).isEqualTo(ErrorCode.BLOB_RANGE);
    assertThat(refusal.entry()).isEqualTo("Content-Range");
  }

  @Test
  void refusesTwoRangesAndAnotherLength() {
    assertThat(
            catchThrowableOfType(
                Rejected.class,
                () -> ContentRange.parse(List.of("bytes 0-9/10", "bytes 0-9/10"), 10)))
        .hasMessageContaining("There are 2 of them");
    assertThat(
            catchThrowableOfType(
                Rejected.class, () -> ContentRange.parse(List.of("bytes 0-9/10"), 9)))
        .hasMessageContaining("spans 10 bytes, and Content-Length says 9");
  }
}
