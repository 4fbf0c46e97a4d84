import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.Phaser;

/** A web server in plain Java. Java takes a listening socket as descriptor 0: {@code java Main.java <&3}. */
public class Main {
  private static final String RELEASE = System.getenv("RELEASE_ID");
  private static final AtomicBoolean stopping = new AtomicBoolean();
  private static final Phaser underWay = new Phaser(1);

  public static void main(String[] args) throws Exception {
    if (!(System.inheritedChannel() instanceof ServerSocketChannel server)) {
      throw new IllegalStateException("start me with the listening socket as descriptor 0");
    }
    server.configureBlocking(true);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    Thread acceptor = Thread.ofPlatform().start(() -> accept(server));
    notify("--ready", "--status=serving release " + RELEASE);
    acceptor.join();
    underWay.arriveAndAwaitAdvance();
  }

  private static void stop(ServerSocketChannel server) {
    underWay.register();
    stopping.set(true);
    try {
      notify("STOPPING=1");
      server.close();
      underWay.arriveAndAwaitAdvance();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  private static void accept(ServerSocketChannel server) {
    while (!stopping.get()) {
      try {
        SocketChannel client = server.accept();
        underWay.register();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (IOException e) {
        if (stopping.get()) return;
      }
    }
  }

  private static void answer(SocketChannel client) {
    try (client) {
      InputStream in = Channels.newInputStream(client);
      StringBuilder head = new StringBuilder();
      for (int c = in.read(); c >= 0 && head.length() < 8192; c = in.read()) {
        head.append((char) c);
        if (head.indexOf("\r\n\r\n") >= 0) break;
      }
      boolean well = !(head.indexOf("GET /health ") == 0 && Files.exists(Path.of("sick")));
      byte[] body = ("release " + RELEASE + " worker " + ProcessHandle.current().pid() + "\n").getBytes();
      String status = well ? "200 OK" : "503 Service Unavailable";
      OutputStream out = Channels.newOutputStream(client);
      out.write(("HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
          + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(body);
    } catch (IOException e) {
      // The client has gone.
    } finally {
      underWay.arriveAndDeregister();
    }
  }

  /** Java has no unix datagram sockets: the helper of systemd sends the message. */
  private static void notify(String... what) throws Exception {
    if (System.getenv("NOTIFY_SOCKET") != null) {
      var line = new java.util.ArrayList<>(java.util.List.of("systemd-notify"));
      line.addAll(java.util.List.of(what));
      new ProcessBuilder(line).start().waitFor();
    }
  }
}
