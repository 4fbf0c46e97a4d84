package dev.pointsman.agent.intake;

/** How far an upload has come. */
public sealed interface Delivery {
  /** The release is staged. */
  record Complete(Received received) implements Delivery {}

  /** The session is open, and content is still to be sent. */
  record Incomplete(Missing missing) implements Delivery {}
}
