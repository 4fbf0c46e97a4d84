package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.protocol.api.Rejected;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What refusals are asserted with. */
final class Refusals {
  private Refusals() {}

  static Rejected assertRefused(String code, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    if (thrown instanceof StreamRefused refused) {
      thrown = refused.rejected();
    }
    assertThat(thrown).isInstanceOf(Rejected.class);
    Rejected rejected = (Rejected) thrown;
    assertThat(rejected.code().wire()).as(rejected.getMessage()).isEqualTo(code);
    return rejected;
  }
}
