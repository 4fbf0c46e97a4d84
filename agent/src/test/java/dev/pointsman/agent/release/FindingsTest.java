package dev.pointsman.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingsTest {
  @Test
  void keepsTheFirstAndCountsAll() {
    Findings findings = new Findings();
    assertThat(findings.isSound()).isTrue();
    for (int i = 0; i < Findings.MOST + 5; i++) {
      findings.add("missing ./" + i);
    }
    assertThat(findings.isSound()).isFalse();
    assertThat(findings.count()).isEqualTo(Findings.MOST + 5);
    assertThat(findings.kept()).hasSize(Findings.MOST).startsWith("missing ./0");
  }
}
