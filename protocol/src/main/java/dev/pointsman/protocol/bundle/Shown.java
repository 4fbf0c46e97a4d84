package dev.pointsman.protocol.bundle;

/** How foreign text is shown in messages: short, and on one line whatever it holds. */
final class Shown {
  private static final int LONGEST = 80;

  private Shown() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(LONGEST)
        .forEach(c -> {
          int type = Character.getType(c);
          boolean plain =
              type != Character.CONTROL
                  && type != Character.FORMAT
                  && type != Character.SURROGATE
                  && type != Character.LINE_SEPARATOR
                  && type != Character.PARAGRAPH_SEPARATOR;
          shown.append(plain ? Character.toString(c) : "\\u{%x}".formatted(c));
        });
    return text.codePoints().skip(LONGEST).findAny().isPresent() ? shown + "..." : shown.toString();
  }
}
