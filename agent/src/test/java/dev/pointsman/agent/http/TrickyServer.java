package dev.pointsman.agent.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of bundles that breaks off, changes its mind, lies, and leads astray; by path. */
final class TrickyServer implements AutoCloseable {
  final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  final List<String> ifRanges = Collections.synchronizedList(new ArrayList<>());
  final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final byte[] content;
  private final AtomicInteger asked = new AtomicInteger();

  TrickyServer(byte[] content) throws IOException {
    this.content = content;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange http) throws IOException {
    try (http) {
      String path = http.getRequestURI().getPath();
      remember("Range", http, ranges);
      remember("If-Range", http, ifRanges);
      remember("Authorization", http, authorizations);
      if (path.startsWith("/redirects")) {
        redirect(http, path);
        return;
      }
      switch (path) {
        case "/missing" -> http.sendResponseHeaders(404, -1);
        case "/gzip" -> send(http, 200, 0, content.length, "Content-Encoding", "gzip");
        case "/too-long" -> {
          http.sendResponseHeaders(200, 5_000_000);
          http.getResponseBody().flush();
        }
        case "/endless" -> endless(http);
        case "/part" ->
            send(http, 206, 5, content.length, "Content-Range", "bytes 5-1199999/1200000");
        default -> content(http, path);
      }
    }
  }

  private static void remember(String name, HttpExchange http, List<String> where) {
    String value = http.getRequestHeaders().getFirst(name);
    if (value != null) {
      where.add(value);
    }
  }

  private static void redirect(HttpExchange http, String path) throws IOException {
    String to =
        switch (path) {
          case "/redirects-away" -> "https://evil.example.net/x";
          case "/redirects-inside" -> "http://169.254.169.254/latest/meta-data/";
          case "/redirects-nowhere" -> "file:///etc/passwd";
          default -> {
            int left = Integer.parseInt(path.substring("/redirects/".length()));
            yield left == 1 ? "/plain" : "/redirects/" + (left - 1);
          }
        };
    http.getResponseHeaders().set("Location", to);
    http.sendResponseHeaders(302, -1);
  }

  private void content(HttpExchange http, String path) throws IOException {
    int time = asked.incrementAndGet();
    String range = http.getRequestHeaders().getFirst("Range");
    boolean ranged = range != null && !path.equals("/breaks-without-ranges");
    int from = ranged ? Integer.parseInt(range.replaceAll("[^0-9]", "")) : 0;
    if (!path.equals("/breaks-without-etag")) {
      boolean changed = path.equals("/changes") && time > 1;
      http.getResponseHeaders().set("ETag", changed ? "\"v2\"" : "\"v1\"");
      ranged = ranged && !changed;
      from = changed ? 0 : from;
    }
    if (path.equals("/lies-about-range") && ranged) {
      send(http, 206, from, content.length, "Content-Range", "bytes 0-1199999/1200000");
      return;
    }
    boolean last = path.equals("/plain") || time > 3;
    int until = last ? content.length : Math.min(content.length, from + 350_000);
    if (ranged) {
      String all = "bytes " + from + "-" + (content.length - 1) + "/" + content.length;
      send(http, 206, from, until, "Content-Range", all);
    } else {
      send(http, 200, 0, last ? until : Math.min(content.length, 350_000 * time), "X-A", "b");
    }
    if (path.equals("/stalls") && !last) {
      http.getResponseBody().flush();
      try {
        Thread.sleep(2_000); // Longer than the fetcher's patience.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Announces all that follows {@code from} and sends it up to {@code until}. */
  private void send(HttpExchange http, int status, int from, int until, String name, String value)
      throws IOException {
    http.getResponseHeaders().set(name, value);
    http.sendResponseHeaders(status, content.length - from);
    http.getResponseBody().write(content, from, until - from);
    http.getResponseBody().flush();
  }

  private void endless(HttpExchange http) throws IOException {
    http.sendResponseHeaders(200, 0); // Chunked, with no end in sight.
    OutputStream out = http.getResponseBody();
    for (int i = 0; i < 50; i++) {
      out.write(content);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
