package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.cli.CommandLineMain;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.BundleReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as they are called, over the real client and the real API, to a fake core. */
class CommandLineOverHttpTest {
  @TempDir Path temp;
  private RunningApi running;
  private ByteArrayOutputStream out;
  private ByteArrayOutputStream err;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(temp);
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private int run(Map<String, String> env, String... args) {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    return CommandLineMain.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        env,
        config -> {
          throw new AssertionError("nobody asked for the daemon");
        });
  }

  private int run(String... args) {
    return run(Map.of("POINTSMAN_SOCKET", running.socket.toString()), args);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void readsOverTheSocketAndOverTcp() {
    assertThat(run("status", "web")).as(complained()).isZero();
    assertThat(printed()).startsWith("web is degraded, release r42");
    assertThat(run("releases", "web")).isZero();
    assertThat(printed()).contains("*  r42");
    Map<String, String> tcp =
        Map.of("POINTSMAN_URL", running.uri("").toString(), "POINTSMAN_TOKEN", RunningApi.READER);
    assertThat(run(tcp, "status", "--json")).as(complained()).isZero();
    assertThat(printed()).contains("\"condition\":\"degraded\"");
    assertThat(run(tcp, "deploy", "web", "r43")).isEqualTo(4);
    assertThat(complained()).contains("code:  auth.scope");
  }

  @Test
  void waitsForADeploymentToEnd() throws Exception {
    AtomicReference<Integer> code = new AtomicReference<>();
    CompletableFuture<Void> command =
        CompletableFuture.runAsync(() -> code.set(run("deploy", "web", "r43", "--wait")));
    RunningApi.eventually(
        "the deployment begins", () -> running.control.deployments.containsKey("web-1"));
    running.control.finish("web-1", DeploymentState.REVERTED);
    command.get(30, TimeUnit.SECONDS);
    assertThat(code.get()).as(complained()).isEqualTo(2);
    assertThat(complained()).contains("reverted: web runs r41 again");
  }

  @Test
  void sendsABundleThatTheStrictReaderTakes() throws Exception {
    Path bundle = bundle();
    running.control.reception =
        (app, release, body) -> {
          BundleReader reader = new BundleReader(body);
          assertThat(reader.head().signatures()).hasSize(1);
          long bytes = 0;
          for (var member = reader.next(); member.isPresent(); member = reader.next()) {
            bytes += FakeControl.drain(member.get().content());
          }
          return new StagedResource(
              app.value(), release.value(), "staged", true, 1, bytes, 5, null);
        };
    assertThat(run("push", bundle.toString())).as(complained()).isZero();
    assertThat(printed()).startsWith("web r43 staged: 1 files, ");
    assertThat(run("push", "--deploy", bundle.toString())).as(complained()).isZero();
    assertThat(printed()).contains("web-1 is to move web to r43");
  }

  @Test
  void aRefusedBundleIsExplained() throws Exception {
    Path bundle = bundle();
    running.control.reception =
        (_, _, _) -> {
          throw new Rejected(
              ErrorCode.SIG_UNTRUSTED, "Nobody here trusts this key.", "release.json.sig");
        };
    assertThat(run("push", bundle.toString())).isEqualTo(4);
    assertThat(complained())
        .startsWith("refused: Nobody here trusts this key.\n  code:  sig.untrusted\n")
        .contains("where: release.json.sig");
  }

  @Test
  void nobodyAtTheSocketIsSaidInWords() {
    Map<String, String> env = Map.of("POINTSMAN_SOCKET", temp.resolve("none.sock").toString());
    assertThat(run(env, "status")).isEqualTo(69);
    assertThat(complained()).contains("none.sock").contains("is it running?");
  }

  private Path bundle() throws Exception {
    Path tree = Files.createDirectories(temp.resolve("tree"));
    Files.writeString(tree.resolve("main.js"), "listen()");
    Path bundle = temp.resolve("bundle");
    assertThat(
            run(
                "pack",
                "--app",
                "web",
                "--release",
                "r43",
                "--env",
                "prod",
                "--output",
                bundle.toString(),
                tree.toString()))
        .as(complained())
        .isZero();
    Files.writeString(bundle.resolve("release.json.sig"), "not looked at here");
    return bundle;
  }
}
