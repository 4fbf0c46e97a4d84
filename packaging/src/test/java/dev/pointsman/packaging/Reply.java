package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An answer of the API. */
record Reply(int status, String body) {
  /** Asks with curl, which is what people have. */
  static Reply ofCurl(Path directory, List<String> options) throws Exception {
    Path body = Files.createTempFile(directory, "reply", ".txt");
    try {
      List<String> line =
          new ArrayList<>(
              List.of(
                  "curl", "-sS", "--max-time", "80", "-o", body.toString(), "-w", "%{http_code}"));
      line.addAll(options);
      Command.Ran ran = new Command(line, directory, Map.of()).run();
      // 55, 56: the agent answered before it had read everything, and curl could not send the rest.
      int status = ran.out().isEmpty() ? 0 : Integer.parseInt(ran.out());
      if (status == 0 && ran.exit() != 7) {
        throw new AssertionError("no answer: " + ran.line() + "\n" + ran.err());
      }
      return new Reply(status, Files.readString(body));
    } finally {
      Files.deleteIfExists(body);
    }
  }

  JsonNode json() throws Exception {
    return Host.JSON.readTree(body);
  }

  /** The code of a refusal. */
  String code() throws Exception {
    return json().path("code").asText();
  }

  Reply is(int expected) {
    return isOneOf(expected);
  }

  Reply isOneOf(int... expected) {
    if (Arrays.stream(expected).noneMatch(one -> one == status)) {
      throw new AssertionError(
          "the API answered " + status + ", not " + Arrays.toString(expected) + ": " + body);
    }
    return this;
  }

  /** Fails unless it is a refusal with this status and code. */
  void isRefusal(int expectedStatus, String expectedCode) throws Exception {
    if (status != expectedStatus || !code().equals(expectedCode)) {
      throw new AssertionError(
          "not refused with "
              + expectedStatus
              + " "
              + expectedCode
              + " but "
              + status
              + ": "
              + body);
    }
    for (String key : List.of("detail", "remedy")) {
      if (json().path(key).asText().isBlank()) {
        throw new AssertionError("a refusal without a " + key + ": " + body);
      }
    }
  }
}
