package dev.pointsman.agent.worker;

/** Whether any worker of an app accepts from its shared sockets. */
public enum Acceptance {
  /** None does. */
  NONE,
  /**
   * None is known to, but one is starting that has the sockets and needs nobody's leave to accept
   * from them: whoever else accepts now may take a connection away from it.
   */
  UNKNOWN,
  /** At least one does, or is about to be let in. */
  SOME;

  /** Told how it is, before a worker is let in or started. Must not block. */
  @FunctionalInterface
  public interface Listener {
    /** It is {@code now} from now on. */
    void changed(Acceptance now);
  }
}
