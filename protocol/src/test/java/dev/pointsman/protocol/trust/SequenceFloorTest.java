package dev.pointsman.protocol.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SequenceFloor.Decision;
import dev.pointsman.protocol.trust.SequenceFloor.Mark;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Accepted before: 5 with digest aa, 8 with bb, 12 with cc. The largest step is 100. */
class SequenceFloorTest {
  private static final long MAX_STEP = 100;
  private static final long MAX_SEQUENCE = (1L << 53) - 1;
  private static final SequenceFloor FLOOR =
      SequenceFloor.EMPTY.accepted(5, "aa").accepted(8, "bb").accepted(12, "cc");

  @ParameterizedTest(name = "{0} {1}, present: {2} -> {3}")
  @CsvSource({
    "13,  dd, false, ACCEPT",
    "13,  aa, false, ACCEPT",
    "112, dd, false, ACCEPT",
    "113, dd, false, sequence.jump",
    "9007199254740991, dd, false, sequence.jump",
    "12,  cc, true,  ALREADY_STAGED",
    "12,  cc, false, ACCEPT",
    "12,  dd, false, sequence.reused",
    "12,  aa, true,  sequence.reused",
    "8,   bb, true,  ALREADY_STAGED",
    "8,   bb, false, sequence.rollback",
    "8,   aa, true,  sequence.rollback",
    "5,   aa, true,  ALREADY_STAGED",
    "5,   aa, false, sequence.rollback",
    "11,  dd, false, sequence.rollback",
    "11,  dd, true,  sequence.rollback",
    "0,   aa, true,  sequence.rollback"
  })
  void decides(long sequence, String digest, boolean present, String expected) {
    String outcome;
    try {
      outcome = FLOOR.decide(sequence, digest, present, MAX_STEP).name();
    } catch (Rejected e) {
      outcome = e.code().wire();
      assertThat(e.entry()).isEqualTo("sequence");
    }
    assertThat(outcome).isEqualTo(expected);
  }

  @Test
  void beginsAnywhere() throws Rejected {
    for (long sequence : new long[] {0, 1, 1_764_000_000, MAX_SEQUENCE}) {
      assertThat(SequenceFloor.EMPTY.decide(sequence, "aa", false, 1)).isEqualTo(Decision.ACCEPT);
    }
  }

  @Test
  void remembersTheHighestAndItsDigest() {
    assertThat(FLOOR.high()).isEqualTo(Optional.of(new Mark(12, "cc")));
    assertThat(FLOOR.ledger())
        .containsExactly(new Mark(5, "aa"), new Mark(8, "bb"), new Mark(12, "cc"));
  }

  @Test
  void staysTheSameWhenTheSameIsAcceptedAgain() {
    assertThat(FLOOR.accepted(12, "cc")).isEqualTo(FLOOR);
    assertThat(FLOOR.accepted(8, "bb")).isEqualTo(FLOOR);
  }

  @Test
  void crashesOnWhatItWouldNeverHaveAllowed() {
    assertThatThrownBy(() -> FLOOR.accepted(12, "dd")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> FLOOR.accepted(11, "dd")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void forgetsTheOldestAcceptedButNeverTheHighest() {
    SequenceFloor floor = SequenceFloor.EMPTY;
    for (int i = 0; i <= SequenceFloor.LEDGER_SIZE; i++) {
      floor = floor.accepted(i, "d" + i);
    }

    assertThat(floor.ledger())
        .hasSize(SequenceFloor.LEDGER_SIZE)
        .startsWith(new Mark(1, "d1"))
        .endsWith(floor.high().orElseThrow());
    SequenceFloor full = floor;
    assertThat(SshSignatureTest.codeOf(() -> full.decide(0, "d0", true, MAX_STEP)).wire())
        .isEqualTo("sequence.rollback");
  }

  @ParameterizedTest(name = "reset to {0}; then {1} {2}, present: {3} -> {4}")
  @CsvSource({
    "7,   8,   dd, false, ACCEPT",
    "7,   8,   bb, true,  ACCEPT",
    "7,   12,  cc, true,  ACCEPT",
    "7,   107, dd, false, ACCEPT",
    "7,   108, dd, false, sequence.jump",
    "7,   7,   dd, false, sequence.rollback",
    "7,   5,   aa, true,  ALREADY_STAGED",
    "7,   5,   aa, false, sequence.rollback",
    "8,   8,   bb, true,  ALREADY_STAGED",
    "8,   8,   dd, false, sequence.reused",
    "900, 901, dd, false, ACCEPT",
    "900, 900, dd, false, sequence.rollback",
    "900, 12,  cc, true,  ALREADY_STAGED",
    "0,   1,   dd, false, ACCEPT",
    "0,   0,   dd, false, sequence.rollback"
  })
  void goesOnFromWhereAnOperatorSetIt(
      long to, long sequence, String digest, boolean present, String expected) {
    String outcome;
    try {
      outcome = FLOOR.reset(to).decide(sequence, digest, present, MAX_STEP).name();
    } catch (Rejected e) {
      outcome = e.code().wire();
    }
    assertThat(outcome).isEqualTo(expected);
  }

  @Test
  void acceptsOnceMoreWhatWasAcceptedAboveTheNumberThatAnOperatorSet() {
    SequenceFloor floor = FLOOR.reset(7).accepted(12, "cc");

    assertThat(floor).isEqualTo(FLOOR);
    assertThat(FLOOR.reset(7).accepted(8, "dd").high()).contains(new Mark(8, "dd"));
  }
}
