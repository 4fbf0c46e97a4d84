package dev.pointsman.agent.health;

/** What others wrote, as one short line that can be shown. */
final class Shown {
  private static final int AT_MOST = 120;

  private Shown() {}

  static String line(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() > AT_MOST ? line.substring(0, AT_MOST) + "…" : line;
  }
}
