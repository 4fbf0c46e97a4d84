package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PullResource;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Watches the agent fetch a release, to its end: what the host refuses of it is refused as if it
 * had been sent. One thread.
 */
record PullWatch(Api api, Console console, Time time) {
  private static final Duration STEP = Duration.ofSeconds(5);

  /** The pull when it is over, or as it is after {@code limit}. */
  Answer<PullResource> watch(Answer<PullResource> begun, Duration limit)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    Answer<PullResource> last = begun;
    Instant until = time.now().plus(limit);
    while (last.value().endedAt() == null && time.now().isBefore(until)) {
      PullResource pull = last.value();
      String total = pull.total() == null ? "" : " of " + Spans.bytes(pull.total());
      console.status(
          "  " + pull.release() + ": the agent fetched " + Spans.bytes(pull.received()) + total);
      last = api.pulled(pull.app(), pull.release(), STEP);
    }
    return last;
  }

  /** Says how it ended where that was not well; the exit code, or -1 where it is staged. */
  int report(PullResource pull) {
    if (pull.endedAt() == null) {
      console.problem(
          "the agent still fetches "
              + pull.release()
              + " and goes on without being watched\nnext: pointsman events --app "
              + pull.app());
      return ExitCode.TIMED_OUT;
    }
    if (pull.state().equals("staged") && pull.code() == null) {
      return -1;
    }
    Optional<ErrorCode> code = Optional.ofNullable(pull.code()).flatMap(ErrorCode::ofWire);
    boolean refused = code.isPresent() && code.get() != ErrorCode.PULL_FAILED;
    console.problem((refused ? "refused: " : "failed: ") + pull.detail());
    console.problem("  code:  " + pull.code());
    console.problem("  where: " + pull.url());
    code.ifPresent(known -> console.problem("  next:  " + known.remedy()));
    return refused ? ExitCode.REFUSED : ExitCode.FAILED;
  }
}
