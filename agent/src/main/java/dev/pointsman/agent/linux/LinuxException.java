package dev.pointsman.agent.linux;

import java.io.IOException;

/** A system call failed: which one, and with which errno. Callers add what it was for. */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int number;

  /** The failure of {@code call} with errno {@code number}. */
  public LinuxException(String call, int number) {
    super(call + ": " + Errno.describe(number));
    this.call = call;
    this.number = number;
  }

  /** The function that failed, as {@code bind}. */
  public String call() {
    return call;
  }

  /** The raw errno. */
  public int number() {
    return number;
  }

  /** Whether the errno is this one. */
  public boolean is(Errno errno) {
    return number == errno.number();
  }
}
