package dev.pointsman.agent.release;

/** Ends what runs as a killed process ends: nothing is cleaned up that handles exceptions. */
final class Killed extends Error {
  private static final long serialVersionUID = 1L;
}
