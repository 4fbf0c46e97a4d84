package dev.pointsman.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The whole agent in this process, wired as the daemon is, with two apps and narrow limits. */
public final class AttackedAgent implements AutoCloseable {
  /** May deploy {@code web}. */
  public static final String CI = "pm_" + "c".repeat(43);

  /** May only read {@code web}. */
  public static final String READER = "pm_" + "d".repeat(43);

  /** May deploy {@code shop} and nothing else. */
  public static final String SHOP = "pm_" + "e".repeat(43);

  /** May do everything with {@code shop}, and nothing else. */
  public static final String SHOP_ADMIN = "pm_" + "f".repeat(43);

  /** More tokens like {@link #CI}: one alone would soon be kept out for all its refusals. */
  private static final int DEPLOYERS = 6;

  private final Path directory;
  private final int port;
  private final Agent agent;
  private int deployer;

  /** Starts in an empty directory; the two texts are the trust files. */
  public AttackedAgent(Path directory, String signers, String revoked) throws Exception {
    this.directory = directory;
    port = freePort();
    Path apps = Files.createDirectories(directory.resolve("apps.d"));
    Files.writeString(directory.resolve("allowed_signers"), signers);
    Files.writeString(directory.resolve("revoked"), revoked);
    List<String> tokens =
        new ArrayList<>(
            List.of(
                line("ci", CI, "deploy", "web"),
                line("reader", READER, "read", "web"),
                line("shop", SHOP, "deploy", "shop"),
                line("shop-admin", SHOP_ADMIN, "admin", "shop")));
    for (int i = 0; i < DEPLOYERS; i++) {
      tokens.add(line("ci-" + i, deployer(i), "deploy", "web"));
    }
    Files.write(directory.resolve("tokens"), tokens);
    for (String app : List.of("web", "shop")) {
      Files.writeString(
          apps.resolve(app + ".toml"),
          "port = %d\n[trust]\nrequire = [\"1 of ci@web\"]\nenv = \"prod\"\nmax_step = 1000\n"
              .formatted(freePort()));
    }
    Path config =
        Files.writeString(
            directory.resolve("agent.toml"),
            """
            name = "web-1.example.net"
            root = "root"
            run = "run"
            [http]
            listen = "127.0.0.1:%d"
            tokens = "tokens"
            [trust]
            revoked = "revoked"
            [limits]
            list_size = "1MiB"
            entries = 1000
            file_size = "1MiB"
            tree_size = "4MiB"
            links = 10
            uploads = 2
            uploads_per_app = 1
            """
                .formatted(port));
    Path home = Path.of("../packaging/dist").toAbsolutePath().normalize();
    agent = Agent.start(config, new Distribution(home));
  }

  private static String deployer(int number) {
    return "pm_" + Integer.toString(number).repeat(43);
  }

  /** The token of somebody who may deploy {@code web}; another one each time. */
  public String deployer() {
    deployer = (deployer + 1) % DEPLOYERS;
    return deployer(deployer);
  }

  /** Where everything is that an attack must not change. */
  public Path root() {
    return directory.resolve("root");
  }

  /** The configuration's directory. */
  public Path directory() {
    return directory;
  }

  /** Where the API listens. */
  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    agent.close();
  }

  private static String line(String name, String token, String scopes, String apps)
      throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
    return String.join(" ", name, HexFormat.of().formatHex(digest), scopes, apps);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
