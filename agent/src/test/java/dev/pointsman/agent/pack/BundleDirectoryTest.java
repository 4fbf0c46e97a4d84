package dev.pointsman.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between packing and sending. */
class BundleDirectoryTest {
  @TempDir Path temp;
  private ReleaseFolder folder;
  private Path output;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = new ReleaseFolder(temp.resolve("out"));
    output = temp.resolve("bundle");
  }

  @Test
  void theTarThatIsSentHoldsTheMembersInTheirOrder() throws Exception {
    Packer.pack(folder.request(output));
    Files.writeString(output.resolve("release.json.ops.sig"), "two");
    Files.writeString(output.resolve("release.json.sig"), "one");
    Files.writeString(output.resolve("notes.txt"), "not sent");
    OuterTar tar = BundleDirectory.open(output).tar();
    try (InputStream in = tar.open()) {
      assertThat(in.readAllBytes()).hasSize((int) tar.length());
    }
    try (InputStream in = tar.open()) {
      BundleReader reader = new BundleReader(in);
      BundleHead head = reader.head();
      assertThat(head.manifest()).isEqualTo(Files.readAllBytes(output.resolve("release.json")));
      assertThat(head.signatures()).containsOnlyKeys("release.json.ops.sig", "release.json.sig");
      assertThat(head.signatures().get("release.json.sig")).asString().isEqualTo("one");
      assertThat(reader.next().orElseThrow().content().readAllBytes())
          .isEqualTo(Files.readAllBytes(output.resolve("files.lst.gz")));
      assertThat(reader.next().orElseThrow().content().readAllBytes())
          .isEqualTo(Files.readAllBytes(output.resolve("payload.tar.gz")));
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void aMemberThatGrowsWhileItIsSentBreaksTheTar() throws Exception {
    Packer.pack(folder.file("a", "").request(output));
    Files.writeString(output.resolve("release.json.sig"), "one");
    OuterTar tar = BundleDirectory.open(output).tar();
    Files.writeString(output.resolve("release.json.sig"), "longer");
    assertThatThrownBy(() -> tar.open().readAllBytes())
        .hasMessageContaining("release.json.sig changed its size while it was sent");
  }

  @Test
  void aBundleWithoutASignatureIsNotSent() throws Exception {
    Packer.pack(folder.file("a", "").request(output));
    assertThatThrownBy(() -> BundleDirectory.open(output))
        .isInstanceOf(Rejected.class)
        .hasMessageContaining("sig.missing");
  }

  @Test
  void adviceNamesAScriptThatIsNotThere() throws Exception {
    Manifest.ProcessDefaults process =
        new Manifest.ProcessDefaults(
            Optional.of(List.of("node", "--max-old-space-size=64", "main.js")),
            Optional.of("server"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Manifest plain = ReleaseFolder.manifest();
    Manifest manifest =
        new Manifest(
            plain.app(),
            plain.release(),
            1,
            plain.created(),
            plain.expires(),
            plain.target(),
            plain.tree(),
            plain.archive(),
            plain.hooks(),
            plain.schema(),
            Optional.of(process),
            plain.meta());
    folder.file("server/main.mjs", "");
    assertThat(Packer.pack(new PackRequest(manifest, folder.tree(), List.of(), output)).warnings())
        .containsExactly("there is no file 'server/main.js' in the release (--command)");
    folder.file("server/main.js", "");
    Path again = temp.resolve("again");
    assertThat(Packer.pack(new PackRequest(manifest, folder.tree(), List.of(), again)).warnings())
        .isEmpty();
  }
}
