package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys come and go while the host serves. */
class TrustTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private Host host;
  private Path newKey;

  @BeforeEach
  void startWithARevocationList() throws Exception {
    host = hosts.start();
    host.agent().terminate();
    Files.writeString(host.root().resolve("etc/revoked"), "# nothing yet\n");
    host.writeConfig("[trust]\nrevoked = \"revoked\"\n");
    host.agent().start();
    newKey = host.makeKey("new-key");
    Files.writeString(
        host.root().resolve("etc/allowed_signers"),
        "ci@web " + publicLine(newKey) + "\n",
        StandardOpenOption.APPEND);
  }

  private static String publicLine(Path key) throws Exception {
    return Files.readString(Path.of(key + ".pub")).strip();
  }

  private void revoke(Path key) throws Exception {
    Files.writeString(host.root().resolve("etc/revoked"), publicLine(key) + "\n");
  }

  @Test
  void whatARevokedKeyVouchedForIsNotActivatedAgain() throws Exception {
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    host.install(Bundle.plain(host, "r3", 3, Behaviour.GOOD).sign(newKey));
    assertThat(host.pointsman("trust", "list").exits(0).said())
        .contains("valid", "ci@web", "1 of ci@web", "yes");

    revoke(host.key());

    assertThat(host.pointsman("rollback", "web").exits(4).said())
        .contains("release.tainted", "r2", "is revoked");
    assertThat(host.pointsman("deploy", "web", "r1", "--force").exits(4).said())
        .contains("release.tainted");
    assertThat(host.pointsman("releases", "web").exits(0).said()).contains("good tainted");
    assertThat(host.pointsman("status", "web").exits(0).said()).contains("r1 is tainted");
    assertThat(host.pointsman("trust", "list").exits(0).said())
        .contains("revoked", "tainted releases of web: r1, r2");
    host.send(Bundle.plain(host, "r4", 4, Behaviour.GOOD)).isRefusal(403, "sig.revoked");
    assertThat(host.pointsman("events", "--json").exits(0).said())
        .contains("\"release.tainted\"", "\"sig.revoked\"", "\"keys\":\"SHA256:");
    host.awaitServing("web", "r3");

    host.pointsman("rollback", "web", "--allow-tainted", "--wait").exits(0);
    host.awaitServing("web", "r2");
    assertThat(Files.readString(host.app("web").resolve("journal")))
        .contains("\"taint-allowed\",\"release\":\"r2\"");

    host.agent().kill();
    host.agent().start();
    host.awaitServing("web", "r2");
    assertThat(host.pointsman("status", "web").exits(0).said()).contains("r2 is tainted");
  }

  @Test
  void anOperatorSetsTheSequenceBack() throws Exception {
    host.send(Bundle.plain(host, "r900", 900, Behaviour.GOOD)).is(201);
    host.send(Bundle.plain(host, "r5", 5, Behaviour.GOOD)).isRefusal(409, "sequence.rollback");

    assertThat(
            host.pointsman("trust", "reset-sequence", "web", "--to", "4", "--reason", "a typo")
                .exits(0)
                .said())
        .contains("web accepts sequence numbers from 5 to");
    host.send(Bundle.plain(host, "r5", 5, Behaviour.GOOD)).is(201);
    host.send(Bundle.plain(host, "twin", 5, Behaviour.GOOD)).isRefusal(409, "sequence.reused");

    host.agent().kill();
    host.agent().start();
    host.send(Bundle.plain(host, "r6", 6, Behaviour.GOOD)).is(201);
    host.send(Bundle.plain(host, "r4", 4, Behaviour.GOOD)).isRefusal(409, "sequence.rollback");
    assertThat(Files.readString(host.app("web").resolve("journal")))
        .contains("\"sequence-reset\",\"sequence\":4,\"reason\":\"a typo\"");
  }

  @Test
  void twoManifestsForOneNumberAreASecurityEvent() throws Exception {
    host.send(Bundle.plain(host, "r1", 1, Behaviour.GOOD)).is(201);
    host.send(Bundle.plain(host, "twin", 1, Behaviour.GOOD)).isRefusal(409, "sequence.reused");

    assertThat(host.pointsman("events", "--json").exits(0).said())
        .contains("\"security.equivocation\"", "\"signers\":\"ci@web\"");
  }

  @Test
  void tellsBeforehandWhatItWouldSay() throws Exception {
    Bundle good = Bundle.plain(host, "r1", 1, Behaviour.GOOD);
    Bundle strange = Bundle.plain(host, "r2", 2, Behaviour.GOOD).sign(host.makeKey("stranger"));

    assertThat(host.pointsman("trust", "check", good.directory().toString()).exits(0).said())
        .contains("verified", "accepted for web: signed by ci@web");
    assertThat(host.pointsman("trust", "check", strange.directory().toString()).exits(4).said())
        .contains("ignored", "is not in allowed_signers", "sig.untrusted");
    assertThat(
            host.pointsman(
                    "trust",
                    "check",
                    good.directory().toString(),
                    "--config",
                    host.configFile().toString())
                .exits(0)
                .said())
        .contains("accepted for web", "only the host knows");
    assertThat(host.get("/v1/apps/web/releases").get("releases")).isEmpty();
  }

  @Test
  void aMistakeInATrustFileIsTold() throws Exception {
    host.send(Bundle.plain(host, "r1", 1, Behaviour.GOOD)).is(201);
    Path signers = host.root().resolve("etc/allowed_signers");
    String good = Files.readString(signers);

    Files.writeString(signers, good + "what is this\n");
    host.send(Bundle.plain(host, "r2", 2, Behaviour.GOOD)).is(201);
    assertThat(host.pointsman("status", "web").exits(0).said())
        .contains("allowed_signers is not valid, the last good content stays");

    Files.delete(signers);
    host.send(Bundle.plain(host, "r3", 3, Behaviour.GOOD)).isRefusal(503, "agent.trust");
    assertThat(host.pointsman("trust", "list").exits(0).said()).contains("! Uploads are refused");
    Files.writeString(signers, good);
    host.send(Bundle.plain(host, "r3", 3, Behaviour.GOOD)).is(201);
  }
}
