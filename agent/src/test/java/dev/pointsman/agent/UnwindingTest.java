package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnwindingTest {
  private final List<String> stopped = new ArrayList<>();
  private final Unwinding unwinding = new Unwinding();

  @Test
  void stopsInTheReverseOrderAndOnlyOnce() throws IOException {
    unwinding.later("first", () -> stopped.add("first"));
    unwinding.later("second", () -> stopped.add("second"));

    unwinding.unwind();
    unwinding.unwind();

    assertThat(stopped).containsExactly("second", "first");
  }

  @Test
  void goesOnAfterAFailureAndTellsOfAll() {
    unwinding.later("first", () -> fail("a"));
    unwinding.later("second", () -> stopped.add("second"));
    unwinding.later("third", () -> fail("b"));

    assertThatThrownBy(unwinding::unwind)
        .isInstanceOf(IOException.class)
        .hasMessage("cannot stop third: b")
        .satisfies(e ->
            assertThat(e.getSuppressed())
                .singleElement()
                .asString()
                .contains("cannot stop first: a"));
    assertThat(stopped).containsExactly("second");
  }

  @Test
  void addsWhatFailsMeanwhileToTheCause() {
    unwinding.later("first", () -> fail("a"));
    IllegalStateException cause = new IllegalStateException("bug");

    unwinding.unwindBecauseOf(cause);

    assertThat(cause.getSuppressed()).hasSize(1);
  }

  private static void fail(String why) throws IOException {
    throw new IOException(why);
  }
}
