package dev.pointsman.planted.agent.worker;

import java.time.LocalDateTime;

final class TimedPlanner {
  boolean isNight() {
    return LocalDateTime.now().getHour() < 6;
  }
}
