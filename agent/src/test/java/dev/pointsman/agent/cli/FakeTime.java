package dev.pointsman.agent.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that moves when somebody waits. */
final class FakeTime implements Time {
  final List<Duration> pauses = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T18:45:07Z");

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void pause(Duration duration) {
    pauses.add(duration);
    pass(duration);
  }

  void pass(Duration duration) {
    now = now.plus(duration);
  }
}
