package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.cli.CommandLineMain;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pointsman push} over the real wire, to a core that keeps content by digest. */
class PushTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private RunningApi running;
  private FakeSessions sessions;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
    sessions = running.control.inParts();
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private int push(String... arguments) {
    return push(Map.of("POINTSMAN_SOCKET", running.socket.toString()), arguments);
  }

  private int push(Map<String, String> env, String... arguments) {
    List<String> all = new ArrayList<>(List.of("push"));
    all.addAll(List.of(arguments));
    return CommandLineMain.run(
        all.toArray(String[]::new), new PrintStream(out), new PrintStream(err), env, _ -> 1);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private WireBundle bundle(String release, String... files) throws Exception {
    WireBundle bundle = new WireBundle(directory.resolve(release), release);
    for (String file : files) {
      bundle.file(file, "content of " + file);
    }
    return bundle;
  }

  private long contentSent() {
    return sessions.log.stream().filter(line -> line.startsWith("file ")).count();
  }

  @Test
  void sendsWhatIsMissingAndNothingElse() throws Exception {
    WireBundle first = bundle("r1", "a", "b/c", "b/ü ü", "x".repeat(150) + "/" + "y".repeat(90));
    first.write();
    assertThat(push(first.directory.toString())).as(complained()).isZero();
    assertThat(contentSent()).isEqualTo(4);
    sessions.log.clear();
    WireBundle next = bundle("r2", "a", "b/c", "b/ü ü", "new", "z".repeat(120));
    next.write();

    assertThat(push("--deploy", next.directory.toString())).as(complained()).isZero();

    assertThat(sessions.log).containsExactly("file new", "file " + "z".repeat(120));
    assertThat(sessions.isStaged("r2")).isTrue();
    assertThat(running.control.asked).containsExactly("deploy r2 false by local");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("web r2 staged: 5 files, ", " sent for ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "AUTO"})
  void compressesAsItIsTold(String how) throws Exception {
    WireBundle bundle = bundle("r1");
    bundle.file("zeros", new byte[2 << 20]);
    bundle.file("empty", "");
    bundle.write();

    assertThat(push("--compress", how, bundle.directory.toString())).as(complained()).isZero();

    assertThat(sessions.isStaged("r1")).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern(how.equals("gzip") ? ", [0-9.]+ KiB sent" : ", [0-9.]+ MiB sent");
  }

  @Test
  void readsTheTreeWhereThereIsNoPayload() throws Exception {
    WireBundle bundle = bundle("r1", "a", "b");
    bundle.write();
    Files.delete(bundle.directory.resolve("payload.tar.gz"));
    assertThat(push(bundle.directory.toString())).isEqualTo(74);
    assertThat(complained()).contains("has no payload: say with --tree which directory");

    assertThat(push("--tree", bundle.tree.toString(), bundle.directory.toString()))
        .as(complained())
        .isZero();
    assertThat(sessions.isStaged("r1")).isTrue();
  }

  @Test
  void saysWhichFileOfTheTreeHasChanged() throws Exception {
    WireBundle bundle = bundle("r1", "a", "b");
    bundle.write();
    bundle.file("b", "of another length than it was");

    assertThat(push("--tree", bundle.tree.toString(), bundle.directory.toString())).isEqualTo(74);
    assertThat(complained()).contains("tree/b has 29 bytes, and 12 when it was packed");
    assertThat(sessions.isStaged("r1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sendsLargeFilesByThemselves(boolean fromTree) throws Exception {
    WireBundle bundle = bundle("r1", "a");
    byte[] large = new byte[(9 << 20) + 7];
    new Random(3).nextBytes(large);
    bundle.file("large.bin", large);
    bundle.write();
    List<String> arguments = new ArrayList<>(List.of(bundle.directory.toString()));
    if (fromTree) {
      arguments.addAll(List.of("--tree", bundle.tree.toString()));
    }

    assertThat(push(arguments.toArray(String[]::new))).as(complained()).isZero();

    assertThat(sessions.log).containsExactly("blob 0-" + large.length, "file large.bin", "file a");
    assertThat(sessions.isStaged("r1")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void goesOnAfterBreaksAnywhere(long seed) throws Exception {
    WireBundle bundle = bundle("r1");
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      byte[] content = new byte[random.nextInt(60_000)];
      random.nextBytes(content);
      bundle.file("f" + i, content);
    }
    byte[] large = new byte[9 << 20];
    random.nextBytes(large);
    bundle.file("large.bin", large);
    bundle.write();
    AtomicInteger broken = new AtomicInteger();
    try (BreakingWire wire = new BreakingWire(running.api.tcpPort(), random, 6, broken)) {
      Map<String, String> env =
          Map.of(
              "POINTSMAN_URL",
              "http://127.0.0.1:" + wire.port(),
              "POINTSMAN_TOKEN",
              RunningApi.DEPLOYER);

      // What breaks before anybody ever answered is not tried again: then a person does it.
      int code = push(env, bundle.directory.toString());
      for (int i = 0; i < 6 && code == 69; i++) {
        code = push(env, bundle.directory.toString());
      }

      assertThat(code).as("seed %d: %s", seed, complained()).isZero();
    }
    assertThat(broken.get()).as("seed %d: breaks", seed).isPositive();
    assertThat(sessions.isStaged("r1")).isTrue();
    long blobs = sessions.log.stream().filter(line -> line.startsWith("blob ")).count();
    assertThat(sessions.log).filteredOn(line -> line.equals("file large.bin")).hasSize(1);
    assertThat(blobs).isPositive();
    assertThat(contentSent()).as("each file is sent once: %s", sessions.log).isEqualTo(41);
  }

  @Test
  void doesNotTryAgainWhatIsRefused() throws Exception {
    WireBundle bundle = bundle("r1", "a");
    bundle.write();
    running.control.refusal = new Rejected(ErrorCode.SIG_UNTRUSTED, "Nobody trusts it.");

    assertThat(push(bundle.directory.toString())).isEqualTo(4);
    assertThat(complained()).contains("sig.untrusted").doesNotContain("going on");
  }

  @ParameterizedTest
  @EnumSource(names = {"AGENT_TRUST", "AGENT_READONLY", "AGENT_CLOCK", "APP_UNMANAGED"})
  void doesNotWaitForWhatOnlyAPersonPutsRight(ErrorCode code) throws Exception {
    WireBundle bundle = bundle("r1", "a");
    bundle.write();
    running.control.refusal = new Rejected(code, "It stays so.");

    assertThat(push("--retry", "1s", bundle.directory.toString())).isEqualTo(4);
    assertThat(complained()).contains(code.wire()).doesNotContain("going on");
  }

  @Test
  void waitsWhereItMayHelpAndNoLongerThanItIsTold() throws Exception {
    WireBundle bundle = bundle("r1", "a");
    bundle.write();
    running.control.refusal = new Rejected(ErrorCode.LIMIT_SESSIONS, "8 uploads run already.");

    assertThat(push("--retry", "1s", bundle.directory.toString())).isEqualTo(4);
    assertThat(complained()).contains("8 uploads run already.; going on in", "limit.sessions");
  }

  /** A wire that is cut a few times, each after a random number of bytes. */
  private static final class BreakingWire implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final int target;
    private final Random random;
    private final AtomicInteger broken;
    private int left;

    BreakingWire(int target, Random random, int breaks, AtomicInteger broken) throws IOException {
      this.target = target;
      this.random = random;
      this.left = breaks;
      this.broken = broken;
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    private synchronized long room() {
      if (left == 0) {
        return Long.MAX_VALUE;
      }
      left--;
      return 2_000 + random.nextInt(6 << 20);
    }

    private void accept() {
      try {
        while (true) {
          Socket from = server.accept();
          Socket to = new Socket("127.0.0.1", target);
          long room = room();
          Thread.ofVirtual().start(() -> copy(from, to, room));
          Thread.ofVirtual().start(() -> copy(to, from, Long.MAX_VALUE));
        }
      } catch (IOException _) {
        // Closed: the test is over.
      }
    }

    private void copy(Socket from, Socket to, long room) {
      byte[] chunk = new byte[8 << 10];
      long left = room;
      try (from;
          to) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
          left -= count;
          if (left < 0) {
            broken.incrementAndGet();
            return;
          }
          out.write(chunk, 0, count);
        }
      } catch (IOException _) {
        // One side has gone, and takes the other with it.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
