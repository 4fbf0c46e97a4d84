package dev.pointsman.agent.notify;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One datagram of a worker, as far as it means something here; see sd_notify(3). What is not known
 * is left out, as is a value that makes no sense.
 *
 * @param ready {@code READY=1}
 * @param stopping {@code STOPPING=1}
 * @param reloading {@code RELOADING=1}
 * @param alive {@code WATCHDOG=1}
 * @param trigger {@code WATCHDOG=trigger}: it says itself that it is no good
 * @param status {@code STATUS=}, one line that can be shown; empty text takes it back
 * @param errno {@code ERRNO=}
 * @param extend {@code EXTEND_TIMEOUT_USEC=}
 * @param watchdog {@code WATCHDOG_USEC=}: from now on this is how long it may be silent
 */
public record NotifyMessage(
    boolean ready,
    boolean stopping,
    boolean reloading,
    boolean alive,
    boolean trigger,
    Optional<String> status,
    Optional<Integer> errno,
    Optional<Duration> extend,
    Optional<Duration> watchdog) {
  /** The longest status that is kept. */
  static final int LONGEST_STATUS = 200;

  private static final int HIGHEST_ERRNO = 4095;
  private static final long LONGEST_MICROS = Duration.ofDays(365).toNanos() / 1_000;

  /** Reads {@code datagram}: lines {@code KEY=VALUE}. */
  public static NotifyMessage parse(String datagram) {
    Reading reading = new Reading();
    datagram.lines().forEach(reading::line);
    return reading.message();
  }

  private static final class Reading {
    private boolean ready;
    private boolean stopping;
    private boolean reloading;
    private boolean alive;
    private boolean trigger;
    private @Nullable String status;
    private Optional<Integer> errno = Optional.empty();
    private Optional<Duration> extend = Optional.empty();
    private Optional<Duration> watchdog = Optional.empty();

    void line(String line) {
      int equals = line.indexOf('=');
      if (equals < 0) {
        return;
      }
      String value = line.substring(equals + 1);
      switch (line.substring(0, equals)) {
        case "READY" -> ready |= value.equals("1");
        case "STOPPING" -> stopping |= value.equals("1");
        case "RELOADING" -> reloading |= value.equals("1");
        case "WATCHDOG" -> {
          alive |= value.equals("1");
          trigger |= value.equals("trigger");
        }
        case "STATUS" -> status = shown(value);
        case "ERRNO" -> errno = number(value, HIGHEST_ERRNO).map(Long::intValue).or(() -> errno);
        case "EXTEND_TIMEOUT_USEC" -> extend = micros(value).or(() -> extend);
        case "WATCHDOG_USEC" -> watchdog = micros(value).or(() -> watchdog);
        // MAINPID, BARRIER, FDSTORE and what else there is: the process that was started is the
        // worker, and nothing of it is kept.
        default -> {}
      }
    }

    NotifyMessage message() {
      return new NotifyMessage(
          ready,
          stopping,
          reloading,
          alive,
          trigger,
          Optional.ofNullable(status),
          errno,
          extend,
          watchdog);
    }

    private static Optional<Duration> micros(String value) {
      return number(value, LONGEST_MICROS).map(micros -> Duration.ofNanos(micros * 1_000));
    }

    /** A whole number from 1 to {@code most}. */
    private static Optional<Long> number(String value, long most) {
      return value.matches("[0-9]{1,18}")
          ? Optional.of(Long.parseLong(value)).filter(number -> number > 0 && number <= most)
          : Optional.empty();
    }

    /**
     * What others write goes to terminals: no control characters, nothing that turns text around.
     */
    private static String shown(String value) {
      StringBuilder line = new StringBuilder();
      value
          .codePoints()
          .map(point -> isPlain(point) ? point : ' ')
          .limit(LONGEST_STATUS)
          .forEach(line::appendCodePoint);
      return line.toString().strip();
    }

    private static boolean isPlain(int point) {
      return switch (Character.getType(point)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.PRIVATE_USE,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR,
            Character.UNASSIGNED ->
            false;
        default -> true;
      };
    }
  }
}
