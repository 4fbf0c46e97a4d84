package dev.pointsman.agent.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The lines of an answer that says what is missing, handed over as they come, so that a list of any
 * length costs one line. One thread at a time.
 */
final class MissingLines {
  private static final int LONGEST = 4 << 10;

  private final Consumer<String> follower;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int count;

  MissingLines(Consumer<String> follower) {
    this.follower = follower;
  }

  /** The next piece of the answer. */
  void take(Buffer part) throws IOException {
    byte[] bytes = part.getBytes();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, begin, i - begin);
        begin = i + 1;
        end();
      }
    }
    line.write(bytes, begin, bytes.length - begin);
    if (line.size() > LONGEST) {
      throw new IOException("a line of the answer is longer than any path");
    }
  }

  /** Hands over what has no line feed after it; how many lines there were. */
  int finish() {
    if (line.size() > 0) {
      end();
    }
    return count;
  }

  private void end() {
    count++;
    follower.accept(line.toString(UTF_8));
    line.reset();
  }
}
