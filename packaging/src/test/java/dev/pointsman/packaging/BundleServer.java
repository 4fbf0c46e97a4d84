package dev.pointsman.packaging;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server with TLS that hands out the files of a directory, by range where it is asked to, and
 * hangs up in the middle of the first answer of each file.
 */
final class BundleServer implements Started {
  private static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path store;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Serves what is in {@code directory}; its key lies beside that. */
  BundleServer(Path directory) throws Exception {
    this.directory = Files.createDirectories(directory);
    this.store = directory.resolveSibling("server.p12");
    makeKey();
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls()));
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** What the host file's {@code [pull]} needs in order to fetch from here. */
  String settings() throws Exception {
    return "[pull]\nhosts = [\"%s\"]\nca = \"%s\"\n".formatted(authority(), certificate());
  }

  String url(String file) {
    return "https://" + authority() + "/" + file;
  }

  /** Each request: its path, and the range that it asked for. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private String authority() {
    return "localhost:" + server.getAddress().getPort();
  }

  private void makeKey() throws Exception {
    Path keytool = Path.of(System.getProperty("java.home"), "bin/keytool");
    String line =
        "-genkeypair -alias server -keyalg EC -groupname secp256r1 -dname CN=localhost"
            + " -ext san=dns:localhost -ext bc:c -validity 2 -storepass "
            + PASSWORD;
    Command.of(store.getParent(), "sh", "-c", "exec \"$KEYTOOL\" -keystore \"$STORE\" " + line)
        .with("KEYTOOL", keytool.toString())
        .with("STORE", store.toString())
        .run()
        .exits(0);
  }

  private KeyStore keys() throws Exception {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  private SSLContext tls() throws Exception {
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys(), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private Path certificate() throws Exception {
    byte[] encoded = keys().getCertificate("server").getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return Files.writeString(
        store.resolveSibling("server.pem"),
        "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    boolean first = requests.stream().noneMatch(request -> request.startsWith(path + " "));
    requests.add(path + " " + range);
    try (exchange;
        InputStream _ = exchange.getRequestBody()) {
      byte[] content = Files.readAllBytes(directory.resolve(path.substring(1)));
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      exchange.getResponseHeaders().set("ETag", "\"" + content.length + "\"");
      if (range != null) {
        exchange
            .getResponseHeaders()
            .set(
                "Content-Range",
                "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
      OutputStream out = exchange.getResponseBody();
      if (first) {
        out.write(Arrays.copyOf(content, content.length / 2));
        out.flush();
        throw new IOException("hung up, as it should");
      }
      out.write(content, from, content.length - from);
      out.close();
    }
  }

  @Override
  public void end() {
    server.stop(0);
    threads.close();
  }
}
