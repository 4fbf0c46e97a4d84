package dev.pointsman.agent.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of {@code KEY=VALUE} lines.
 *
 * <p>Empty lines and lines that begin with {@code #} are skipped; {@code export} before a key is
 * allowed. A value is taken as it stands, up to the end of the line; in {@code '...'} everything is
 * literal; in {@code "..."} the escapes {@code \n \r \t \" \\ \$} are read; quoted values may span
 * lines. Nothing is ever expanded. What can be read in two ways is refused, and messages never show
 * a value.
 */
public final class EnvFile {
  private static final int MOST_BYTES = 1 << 20;

  private EnvFile() {}

  /** The variables of {@code file}, in its order. */
  public static Map<String, String> read(Path file) throws ConfigInvalid {
    Mistakes mistakes = new Mistakes();
    Map<String, String> variables = read(file, mistakes);
    mistakes.throwIfAny();
    return variables;
  }

  /** As {@link #read(Path)}, but goes on after a mistake to find the others. */
  static Map<String, String> read(Path file, Mistakes mistakes) {
    String text;
    try {
      if (Files.size(file) > MOST_BYTES) {
        mistakes.add(file, "is larger than " + Units.text(MOST_BYTES) + ": is it the right file?");
        return Map.of();
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (NoSuchFileException e) {
      mistakes.add(file, "does not exist");
      return Map.of();
    } catch (CharacterCodingException e) {
      mistakes.add(file, "is not UTF-8 text");
      return Map.of();
    } catch (IOException e) {
      mistakes.add(file, "cannot be read: " + e);
      return Map.of();
    }
    return new Parser(file, text, mistakes).parse();
  }

  /** Walks over the text once. */
  private static final class Parser {
    private final Path file;
    private final String text;
    private final Mistakes mistakes;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private int at;
    private int line = 1;

    Parser(Path file, String text, Mistakes mistakes) {
      this.file = file;
      this.text = text.replace("\r\n", "\n");
      this.mistakes = mistakes;
    }

    Map<String, String> parse() {
      if (text.indexOf('\0') >= 0) {
        mistakes.add(file, "has a NUL byte in it");
        return Map.of();
      }
      while (at < text.length()) {
        assignment();
        skipLine();
      }
      return variables;
    }

    /** One line's key and value; leaves {@link #at} before the end of the line it ended on. */
    private void assignment() {
      skipBlanks();
      if (atEndOfLine() || text.charAt(at) == '#') {
        return;
      }
      int start = line;
      int equals = text.indexOf('=', at);
      if (equals < 0 || equals > endOfLine()) {
        refuse(start, "is not KEY=VALUE; comments begin with '#'");
        return;
      }
      String key = text.substring(at, equals).strip();
      if (key.startsWith("export ")) {
        key = key.substring("export ".length()).strip();
      }
      at = equals + 1;
      String value = value(start, key);
      EnvName.broken(key).ifPresent(rule -> refuse(start, named(text, equals) + ": " + rule));
      if (variables.putIfAbsent(key, value) != null) {
        refuse(start, key + " is set twice");
      }
    }

    /** The name before {@code equals}, for a message. */
    private static String named(String text, int equals) {
      int from = text.lastIndexOf('\n', equals) + 1;
      return text.substring(from, equals).strip();
    }

    private String value(int start, String key) {
      skipBlanks();
      if (!atEndOfLine() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
        return quoted(start, key, text.charAt(at));
      }
      String value = text.substring(at, endOfLine()).strip();
      if (value.contains(" #") || value.contains("\t#")) {
        refuse(
            start,
            key
                + ": ' #' may be meant as a comment or as part of the value: put the value in quotes, or the comment on its own line");
      }
      return value;
    }

    private String quoted(int start, String key, char quote) {
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length(); at++) {
        char c = text.charAt(at);
        if (c == quote) {
          at++;
          endOfQuoted(start, key);
          return value.toString();
        }
        if (c == '\\' && quote == '"') {
          at++;
          value.append(escaped(key));
        } else {
          value.append(c);
        }
        if (c == '\n') {
          line++;
        }
      }
      refuse(start, key + ": the quote is not closed");
      return value.toString();
    }

    private char escaped(String key) {
      char c = at < text.length() ? text.charAt(at) : ' ';
      return switch (c) {
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case '"', '\\', '$' -> c;
        default -> {
          refuse(
              line,
              key
                  + ": in double quotes a backslash is followed by one of n r t \" \\ $; in single quotes it is literal");
          yield c;
        }
      };
    }

    private void endOfQuoted(int start, String key) {
      skipBlanks();
      if (!atEndOfLine() && text.charAt(at) != '#') {
        refuse(start, key + ": there is text after the closing quote");
      }
    }

    private void skipBlanks() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    private boolean atEndOfLine() {
      return at >= text.length() || text.charAt(at) == '\n';
    }

    private int endOfLine() {
      int end = text.indexOf('\n', at);
      return end < 0 ? text.length() : end;
    }

    private void skipLine() {
      at = endOfLine() + 1;
      line++;
    }

    private void refuse(int where, String message) {
      mistakes.add(new Mistake(file, where, 0, message));
    }
  }
}
