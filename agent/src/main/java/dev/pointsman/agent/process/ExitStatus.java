package dev.pointsman.agent.process;

/** How a process ended. {@code toString} is for people. */
public sealed interface ExitStatus {
  /** It ended by itself. */
  record Exited(int code) implements ExitStatus {
    @Override
    public String toString() {
      return "exit code " + code;
    }
  }

  /** A signal ended it. */
  record Signaled(int signal, boolean coreDumped) implements ExitStatus {
    @Override
    public String toString() {
      String name = Signal.of(signal).map(Signal::name).orElse("signal " + signal);
      return "killed by " + name + (coreDumped ? " (core dumped)" : "");
    }
  }

  /** It ended, and nobody can say how. */
  record Unknown(String why) implements ExitStatus {
    @Override
    public String toString() {
      return "exit status unknown: " + why;
    }
  }

  /** Reads a status as {@code wait(2)} encodes it. */
  static ExitStatus ofWaitStatus(int status) {
    int signal = status & 0x7F;
    return signal == 0
        ? new Exited(status >> 8 & 0xFF)
        : new Signaled(signal, (status & 0x80) != 0);
  }
}
