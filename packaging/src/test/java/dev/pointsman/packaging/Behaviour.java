package dev.pointsman.packaging;

/** What the worker of a release does; {@code worker-app/server.js} explains each. */
record Behaviour(String json) {
  static final Behaviour GOOD = new Behaviour("{}");
  static final Behaviour CRASHES_AT_START = of("\"crashAtStart\":true");
  static final Behaviour NEVER_LISTENS = of("\"neverListens\":true");
  static final Behaviour ALWAYS_SICK = of("\"alwaysSick\":true");
  static final Behaviour SICK_ONCE_PUBLIC = of("\"sickOncePublic\":true");
  static final Behaviour CRASHES_ONCE_PUBLIC = of("\"crashOncePublic\":true");
  static final Behaviour IGNORES_TERM = of("\"ignoresTerm\":true");

  /** Each setting as {@code "name":value}. */
  static Behaviour of(String settings) {
    return new Behaviour("{" + settings + "}");
  }

  /** The same, but only in slots from {@code slot} on. */
  Behaviour fromSlot(int slot) {
    return new Behaviour(json.replaceFirst("\\}$", ",\"brokenFromSlot\":" + slot + "}"));
  }
}
