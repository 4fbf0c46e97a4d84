package dev.pointsman.agent.sorry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.sorry.RequestHead.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadTest {
  private final RequestHead head = new RequestHead();

  private Verdict take(String text) {
    return head.take(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.0\n\n",
        "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
      })
  void isCompleteAtTheEmptyLineHoweverItIsCut(String request) {
    assertThat(take(request)).isEqualTo(Verdict.COMPLETE);

    RequestHead byteByByte = new RequestHead();
    int end =
        request.replace("\r", "").contains("\n\nabc") ? request.length() - 3 : request.length();
    for (int i = 0; i < end; i++) {
      Verdict verdict =
          byteByByte.take(ByteBuffer.wrap(request.substring(i, i + 1).getBytes(ISO_8859_1)));
      assertThat(verdict).isEqualTo(i + 1 < end ? Verdict.UNFINISHED : Verdict.COMPLETE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0016\u0003\u0001", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "get / ", "\r\n"})
  void knowsWhatIsNotHttp1(String bytes) {
    assertThat(take(bytes)).isEqualTo(Verdict.FOREIGN);
  }

  @Test
  void doesNotWaitForAHeadWithoutEnd() {
    assertThat(take("GET /" + "a".repeat(RequestHead.LONGEST - 6))).isEqualTo(Verdict.UNFINISHED);
    assertThat(take("a")).isEqualTo(Verdict.COMPLETE);
  }

  @Test
  void knowsWhetherTheAnswerMayHaveABody() {
    assertThat(take("HEAD / HTTP/1.1\r\n\r\n")).isEqualTo(Verdict.COMPLETE);
    assertThat(head.wantsNoBody()).isTrue();
    RequestHead other = new RequestHead();
    other.take(ByteBuffer.wrap("HEADS / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1)));
    assertThat(other.wantsNoBody()).isFalse();
  }
}
