package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Releases that a real agent fetches itself, over TLS, because it was told where they are. */
class PulledDeploymentTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();
  private Host host;
  private BundleServer server;

  @BeforeEach
  void start() throws Exception {
    host = hosts.make();
    server = host.keep(new BundleServer(host.root().resolve("served")));
    host.writeConfig(server.settings());
    host.configure("web", AppFile.quick(Ports.free()));
    host.agent().start();
  }

  private String serve(Bundle bundle) throws Exception {
    String name = bundle.release() + ".tar";
    Files.copy(bundle.tar(), host.root().resolve("served").resolve(name));
    return server.url(name);
  }

  /** Large enough that half of it is read before the end is missed. */
  private Bundle bundle(String release, long sequence) throws Exception {
    Path tree = Bundle.tree(host, release, Behaviour.GOOD);
    byte[] noise = new byte[8 << 20];
    new Random(sequence).nextBytes(noise);
    Files.write(tree.resolve("noise"), noise);
    return Bundle.packed(host, release, sequence, tree);
  }

  @Test
  void goesOnWhereTheTransferBrokeAndDeploysWhatItFetched() throws Exception {
    String url = serve(bundle("r1", 1));

    Command.Ran ran = host.pointsman("deploy", "web", "r1", "--from", url, "--wait").exits(0);

    assertThat(ran.out()).contains("successful");
    host.awaitServing("web", "r1");
    assertThat(server.requests()).hasSizeGreaterThan(1);
    assertThat(server.requests().getFirst()).isEqualTo("/r1.tar null");
    assertThat(server.requests().getLast()).matches("/r1\\.tar bytes=[1-9][0-9]*-");
    assertThat(
            Files.mismatch(
                host.app("web").resolve("releases/r1/noise"),
                host.root().resolve("trees/r1/noise")))
        .isEqualTo(-1);
  }

  @Test
  void leavesWhatItPulledStaged() throws Exception {
    String url = serve(bundle("r1", 1));

    Command.Ran ran = host.pointsman("pull", "web", "r1", url).exits(0);

    assertThat(ran.out()).contains("web r1 staged", "next: pointsman deploy web r1 --wait");
    assertThat(host.pointsman("releases", "web").exits(0).out()).contains("r1", "staged");
    assertThat(host.online("web")).isEmpty();
  }

  @Test
  void judgesWhatItFetchesLikeAnUpload() throws Exception {
    String url = serve(bundle("r1", 1).sign(host.makeKey("stranger")));
    Map<String, String> before = Snapshot.of(host, "web");

    Command.Ran ran = host.pointsman("deploy", "web", "r1", "--from", url, "--wait").exits(4);

    assertThat(ran.err()).contains("refused: ", "sig.untrusted", "next: ");
    assertThat(Snapshot.of(host, "web")).isEqualTo(before);
  }

  @Test
  void asksNobodyWhomTheHostFileDoesNotName() throws Exception {
    BundleServer stranger = host.keep(new BundleServer(host.root().resolve("strange/served")));
    Map<String, String> before = Snapshot.of(host, "web");

    Command.Ran ran = host.pointsman("pull", "web", "r1", stranger.url("r1.tar")).exits(4);

    assertThat(ran.err()).contains("pull.forbidden");
    assertThat(stranger.requests()).isEmpty();
    assertThat(Snapshot.of(host, "web")).isEqualTo(before);
  }
}
