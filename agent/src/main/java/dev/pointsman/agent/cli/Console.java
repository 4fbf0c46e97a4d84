package dev.pointsman.agent.cli;

import dev.pointsman.agent.http.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command prints: results to one stream, problems to the other, and progress as lines that
 * stay or, on a terminal, as one line that is rewritten. One thread.
 */
class Console {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
  private static final String REWRITE = "\r\u001b[K";
  private static final int USUAL_WIDTH = 80;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean live;
  private final int width;
  private boolean dirty;

  Console(PrintStream out, PrintStream err, boolean live, int width) {
    this.out = out;
    this.err = err;
    this.live = live;
    this.width = width;
  }

  /** Lively where {@code out} is this process's standard output and that is a terminal. */
  static Console of(PrintStream out, PrintStream err, Map<String, String> env) {
    boolean live =
        out.equals(System.out) && isTerminal() && !"dumb".equals(env.getOrDefault("TERM", "dumb"));
    String columns = env.getOrDefault("COLUMNS", "");
    return new Console(
        out,
        err,
        live,
        columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : USUAL_WIDTH);
  }

  private static boolean isTerminal() {
    try {
      return Files.readSymbolicLink(STANDARD_OUTPUT)
          .toString()
          .matches("/dev/(pts/|tty|console).*");
    } catch (IOException e) {
      return false; // Closed, or no /proc: then nobody is looking.
    }
  }

  /** The same console for a command whose result is JSON: progress keeps out of its way. */
  Console forJson() {
    return new Console(out, err, false, width) {
      @Override
      void progress(String line) {
        problem(line);
      }
    };
  }

  boolean isLive() {
    return live;
  }

  /** A line of the result. */
  void result(String text) {
    clear();
    out.print(text.endsWith("\n") ? text : text + "\n");
    out.flush();
  }

  /** A line about what is going on. */
  void progress(String line) {
    result(line);
  }

  /** What is going on just now; only on a terminal, and overwritten by what comes next. */
  void status(String line) {
    if (live) {
      String plain = TextTable.printable(line);
      out.print(REWRITE + plain.substring(0, Math.min(plain.length(), width - 1)));
      out.flush();
      dirty = true;
    }
  }

  /** A line about what went wrong. */
  void problem(String line) {
    clear();
    err.print(line.endsWith("\n") ? line : line + "\n");
    err.flush();
  }

  private void clear() {
    if (dirty) {
      out.print(REWRITE);
      out.flush();
      dirty = false;
    }
  }
}
