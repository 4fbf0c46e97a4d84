package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A host as a whole: several apps, callers over TCP, and agents that must not start. */
class HostTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void servesTwoAppsThatDoNotDisturbEachOther() throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()));
    host.configure("shop", AppFile.quick(Ports.free()).set("instances", "1"));
    host.agent().start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Load load = host.load("web", 60);
    Map<Integer, Long> web = host.online("web");

    Path tree = Bundle.tree(host, "s1", Behaviour.GOOD);
    host.install(new PlainBundle("shop", "s1", 1).build(host, tree));
    Path broken = Bundle.tree(host, "s2", Behaviour.CRASHES_AT_START);
    Bundle s2 = new PlainBundle("shop", "s2", 2).build(host, broken);
    String id = host.send(s2, "?deploy=true").is(201).json().get("deployment").asText();
    assertThat(id).isEqualTo("shop-2");
    assertThat(host.awaitOver(id).get("state").asText()).isEqualTo("reverted");

    host.awaitServing("shop", "s1");
    host.awaitServing("web", "r1");
    assertThat(host.online("web")).isEqualTo(web);
    Set<Long> shop = new TreeSet<>(host.online("shop").values());
    assertThat(shop).hasSize(1).doesNotContainAnyElementsOf(web.values());
    assertThat(host.pointsman("status").exits(0).out()).contains("web", "shop", "r1", "s1");
    load.stopWithoutFailure();
  }

  @Test
  void letsCallersOverTcpDoWhatTheirTokensSay() throws Exception {
    Host host = hosts.make();
    int port = Ports.free();
    String reader = token(host, "dashboard", "read", "*");
    String deployer = token(host, "ci", "deploy", "web");
    String stranger = token(host, "other", "deploy", "shop");
    host.writeConfig("[http]\nlisten = \"127.0.0.1:" + port + "\"\ntokens = \"tokens\"\n");
    host.configure("web", AppFile.quick(Ports.free()));
    host.agent().start();
    String url = "http://127.0.0.1:" + port;
    Bundle r1 = Bundle.plain(host, "r1", 1, Behaviour.GOOD);
    Map<String, String> before = Snapshot.of(host, "web");

    upload(host, url, r1, null).is(401, "auth.missing");
    upload(host, url, r1, "0123456789abcdef").is(401, "auth.invalid");
    upload(host, url, r1, reader).is(403, "auth.scope");
    upload(host, url, r1, stranger).is(403, "auth.scope");
    assertThat(Snapshot.of(host, "web")).isEqualTo(before);

    Path tokenFile = Files.writeString(host.root().resolve("ci.token"), deployer);
    host.pointsman(
            "push",
            "--deploy",
            "--wait",
            "--url",
            url,
            "--token-file",
            tokenFile.toString(),
            r1.directory().toString())
        .exits(0);
    host.awaitServing("web", "r1");
    assertThat(host.status("web").get("deployment").get("requestedBy").asText()).isEqualTo("ci");
    assertThat(curl(host, "-H", "Authorization: Bearer " + reader, url + "/v1/apps/web").status())
        .isEqualTo(200);
    curl(
            host,
            "-H",
            "Authorization: Bearer " + deployer,
            "-d",
            "{\"release\":\"r1\",\"force\":true}",
            url + "/v1/apps/web/deployments")
        .isRefusal(403, "auth.scope");
  }

  @Test
  void refusesASecondAgentOnTheSameRoot() throws Exception {
    Host host = hosts.start();
    Path other = host.root().resolve("etc/second.toml");
    Files.writeString(
        other,
        Files.readString(host.configFile())
            .replace("run = \"" + host.run(), "run = \"" + host.root().resolve("run2")));

    Command.Ran second = host.pointsman("agent", "--config", other.toString()).exits(1);

    assertThat(second.err()).contains("another agent runs on " + host.state(), "stop it first");
    assertThat(host.api("GET", "/readyz").status()).isEqualTo(200);
  }

  @Test
  void saysWhereTheConfigurationIsWrong() throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()).text("roll.healthy_dedline", "8s"));
    Path file = host.root().resolve("etc/apps.d/web.toml");
    int line = Files.readAllLines(file).indexOf("healthy_dedline = \"8s\"") + 1;
    String where = file + ":" + line + ":1: ";

    for (String command : List.of("agent", "check-config")) {
      assertThat(host.pointsman(command, "--config", host.configFile().toString()).exits(78).err())
          .contains(where, "roll.healthy_dedline", "did you mean healthy_deadline?")
          .doesNotContain("Exception", "\tat ");
    }
    assertThat(host.state()).as("nothing was begun").doesNotExist();
  }

  private static String token(Host host, String name, String scope, String app) throws Exception {
    String out =
        host.pointsman("token", "new", "--json", "--name", name, "--scope", scope, "--app", app)
            .exits(0)
            .out();
    var made = Host.JSON.readTree(out);
    Path file = host.root().resolve("etc/tokens");
    Files.writeString(
        file,
        (Files.exists(file) ? Files.readString(file) : "") + made.get("line").asText() + "\n");
    return made.get("token").asText();
  }

  private static Reply curl(Host host, String... options) throws Exception {
    return Reply.ofCurl(host.root(), List.of(options));
  }

  /** What became of an upload, and how much of it was sent. */
  private record Refused(Reply reply, long sent) {
    void is(int status, String code) throws Exception {
      reply.isRefusal(status, code);
      assertThat(sent).as("bytes of the body that were sent").isZero();
    }
  }

  private static Refused upload(Host host, String url, Bundle bundle, String token)
      throws Exception {
    Path body = host.root().resolve("refusal.json");
    List<String> line =
        new ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "-o",
                body.toString(),
                "-w",
                "%{http_code} %{size_upload}",
                "-T",
                bundle.tar().toString()));
    line.addAll(
        List.of(
            "-H",
            "Content-Type: application/x-tar",
            "-H",
            "Expect: 100-continue",
            "--expect100-timeout",
            "30"));
    if (token != null) {
      line.addAll(List.of("-H", "Authorization: Bearer " + token));
    }
    line.add(url + "/v1/apps/web/releases/" + bundle.release());
    String[] seen = new Command(line, host.root(), Map.of()).run().exits(0).out().split(" ");
    return new Refused(
        new Reply(Integer.parseInt(seen[0]), Files.readString(body)), Long.parseLong(seen[1]));
  }
}
