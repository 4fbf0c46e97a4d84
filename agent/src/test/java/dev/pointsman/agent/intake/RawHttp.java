package dev.pointsman.agent.intake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends exactly the bytes it is given, and listens until the server closes. */
final class RawHttp {
  private static final int TIMEOUT_MS = 30_000;
  private static final Pattern STATUS = Pattern.compile("HTTP/[0-9]\\.[0-9] (\\d{3})[^\r\n]*\r\n");
  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: (\\d+)");
  private static final Pattern CODE = Pattern.compile("\"code\" ?: ?\"([^\"]+)\"");

  private RawHttp() {}

  /** One answer. */
  record Reply(int status, String head, String body) {
    /** {@code STATUS CODE}, or the status alone where the answer is no problem. */
    String outcome() {
      Matcher code = CODE.matcher(body);
      return code.find() ? status + " " + code.group(1) : String.valueOf(status);
    }

    @Override
    public String toString() {
      return outcome() + " " + body.strip();
    }
  }

  /** The answers to {@code request}, interim ones included, until the server closes. */
  static List<Reply> send(int port, byte[] request) throws IOException, InterruptedException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      Thread writer = Thread.ofVirtual().start(() -> write(socket, request));
      List<Reply> replies = parse(read(socket));
      writer.join();
      return replies;
    }
  }

  private static void write(Socket socket, byte[] request) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
    } catch (IOException _) {
      // The server has heard enough; what it said is what counts.
    }
  }

  /** Everything up to the end; a reset after an answer is one too. */
  private static byte[] read(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[16 << 10];
    try {
      for (int count; (count = socket.getInputStream().read(buffer)) >= 0; ) {
        all.write(buffer, 0, count);
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new IOException("no end of the answer: " + all, e);
    } catch (IOException e) {
      if (all.size() == 0) {
        throw e;
      }
    }
    return all.toByteArray();
  }

  private static List<Reply> parse(byte[] bytes) {
    List<Reply> replies = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = 0;
    Matcher status = STATUS.matcher(text);
    while (at < text.length() && status.find(at)) {
      int end = text.indexOf("\r\n\r\n", at);
      String head = text.substring(at, end < 0 ? text.length() : end + 2);
      int body = end < 0 ? text.length() : end + 4;
      Matcher length = LENGTH.matcher(head);
      int size = length.find() ? Integer.parseInt(length.group(1)) : 0;
      int next = Math.min(text.length(), body + size);
      replies.add(new Reply(Integer.parseInt(status.group(1)), head, text.substring(body, next)));
      at = next;
    }
    return replies;
  }

  /** A request: its lines, an empty one, and a body. */
  static byte[] request(byte[] body, String... lines) {
    byte[] head = (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  /** An upload of a bundle as an ordinary client sends it. */
  static byte[] put(String path, String token, byte[] body, String... more) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "PUT " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + token,
                "Content-Type: application/vnd.pointsman.bundle.v1+tar",
                "Connection: close"));
    lines.addAll(List.of(more));
    if (Arrays.stream(more)
        .noneMatch(line ->
            line.toLowerCase(Locale.ROOT).matches("(content-length|transfer-encoding):.*"))) {
      lines.add("Content-Length: " + body.length);
    }
    return request(body, lines.toArray(String[]::new));
  }
}
