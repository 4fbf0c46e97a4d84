package dev.pointsman.agent;

/** The entry point of the daemon and of the command line. */
public final class AgentMain {
  private AgentMain() {}

  /** Runs the command that {@code args} names. */
  public static void main(String[] args) {
    System.out.println("pointsman");
  }
}
