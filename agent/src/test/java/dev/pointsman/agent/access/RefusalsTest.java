package dev.pointsman.agent.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final Caller CI = new Caller("ci", Scope.DEPLOY, Set.of());
  private static final Caller OTHER = new Caller("other", Scope.DEPLOY, Set.of());

  private final AtomicLong now = new AtomicLong(5);
  private final Refusals refusals = new Refusals(new Refusals.Rule(3, 2, 4), now::get);

  private void refuse(Caller caller, ErrorCode code, int times) {
    for (int i = 0; i < times; i++) {
      refusals.refused(caller, code);
    }
  }

  @Test
  void letACallerBeRefusedAFewTimesAndThenHaveItWait() throws Exception {
    refuse(CI, ErrorCode.SIG_BAD, 2);
    refusals.admit(CI);
    refuse(CI, ErrorCode.SIG_BAD, 1);

    Rejected refusal = catchThrowableOfType(Rejected.class, () -> refusals.admit(CI));

    assertThat(refusal.code()).isEqualTo(ErrorCode.LIMIT_RATE);
    assertThat(refusal.detail()).isEqualTo("'ci' was refused 3 times in a short time.");
    assertThatCode(() -> refusals.admit(OTHER)).doesNotThrowAnyException();
  }

  @Test
  void forgetWithTime() throws Exception {
    refuse(CI, ErrorCode.SIG_BAD, 10);
    now.addAndGet(499_000_000);
    assertThat(catchThrowableOfType(Rejected.class, () -> refusals.admit(CI))).isNotNull();
    now.addAndGet(2_000_000);

    refusals.admit(CI);
  }

  @Test
  void doNotCountWhatTheCallerIsNotToBlameFor() throws Exception {
    refuse(CI, ErrorCode.LIMIT_SESSIONS, 9);
    refuse(CI, ErrorCode.DISK_SPACE, 9);
    refuse(CI, ErrorCode.RELEASE_BUSY, 9);

    refusals.admit(CI);
    assertThat(refusals.known()).isZero();
  }

  @Test
  void neverCountForTheUnixSocket() throws Exception {
    refuse(Caller.LOCAL, ErrorCode.SIG_BAD, 9);

    refusals.admit(Caller.LOCAL);
    assertThat(refusals.known()).isZero();
  }

  @Test
  void countStrangersByTheirAddress() {
    Rejected why = new Rejected(ErrorCode.AUTH_INVALID, "no");
    for (int i = 0; i < 3; i++) {
      assertThat(refusals.unknown("127.0.0.1", why)).isSameAs(why);
    }

    assertThat(refusals.unknown("127.0.0.1", why).code()).isEqualTo(ErrorCode.LIMIT_RATE);
    assertThat(refusals.unknown("::1", why)).isSameAs(why);
  }

  @Test
  void rememberABoundedNumber() {
    for (int i = 0; i < 100; i++) {
      refusals.unknown("127.0.0." + i, new Rejected(ErrorCode.AUTH_INVALID, "no"));
    }

    assertThat(refusals.known()).isEqualTo(4);
  }
}
