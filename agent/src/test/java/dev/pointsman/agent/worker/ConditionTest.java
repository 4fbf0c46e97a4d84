package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConditionTest {
  @Test
  void aPassedProbeDoesNotBringOneBackToLife() {
    Condition hung = Condition.WELL.failed("no").hung("its event loop stands still");

    Condition passed = hung.passed();

    assertThat(passed.hung()).isEqualTo("its event loop stands still");
    assertThat(passed.failures()).isZero();
    assertThat(passed.hung(null).hung()).isNull();
  }
}
