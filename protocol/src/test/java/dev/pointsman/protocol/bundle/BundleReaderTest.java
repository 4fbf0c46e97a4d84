package dev.pointsman.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader.Kind;
import dev.pointsman.protocol.bundle.BundleReader.Member;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleReaderTest {
  @TempDir private Path temp;
  private Path members;

  @BeforeEach
  void makeDirectory() throws IOException {
    members = Files.createDirectories(temp.resolve("members"));
  }

  private byte[] bundle(String... names) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("tar", "--hard-dereference", "-cf", "../bundle.tar", "-T", "/dev/null"));
    for (String name : names) {
      Path file = members.resolve(name);
      if (!Files.exists(file)) {
        Files.writeString(file, "content of " + name);
      }
      command.add(name);
    }
    Tool.run(members, command.toArray(String[]::new));
    return Files.readAllBytes(temp.resolve("bundle.tar"));
  }

  private static List<String> readAll(byte[] bundle) throws Rejected, IOException {
    BundleReader reader = new BundleReader(new ByteArrayInputStream(bundle));
    BundleHead head = reader.head();
    List<String> seen = new ArrayList<>();
    seen.add(new String(head.manifest(), StandardCharsets.UTF_8));
    head.signatures().forEach((name, bytes) -> seen.add(name + " " + bytes.length));
    for (var next = reader.next(); next.isPresent(); next = reader.next()) {
      Member member = next.get();
      String content = new String(member.content().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(content).hasSize((int) member.size());
      seen.add(member.kind() + (member.compression() == Compression.GZIP ? " gz " : " ") + content);
    }
    return seen;
  }

  private void refuses(String code, String... names) throws IOException, InterruptedException {
    byte[] bundle = bundle(names);
    Refusals.assertRefused(code, () -> readAll(bundle));
  }

  @Test
  void readsTheMembersInOrder() throws IOException, InterruptedException, Rejected {
    assertThat(
            readAll(
                bundle(
                    "release.json",
                    "release.json.sig",
                    "release.json.alice@ops.sig",
                    "files.lst.gz",
                    "payload.tar.gz")))
        .containsExactly(
            "content of release.json",
            "release.json.sig 27",
            "release.json.alice@ops.sig 37",
            "FILE_LIST gz content of files.lst.gz",
            "PAYLOAD gz content of payload.tar.gz");
    assertThat(readAll(bundle("release.json", "release.json.sig", "payload.tar")))
        .endsWith("PAYLOAD content of payload.tar");
  }

  @Test
  void readsAHeadWithoutSignaturesForOthersToRefuse()
      throws IOException, InterruptedException, Rejected {
    assertThat(readAll(bundle("release.json"))).hasSize(1);
  }

  @Test
  void refusesAnotherOrder() throws IOException, InterruptedException {
    refuses("bundle.order", "release.json.sig", "release.json");
    refuses("bundle.order", "payload.tar", "release.json");
    refuses("bundle.order", "release.json", "payload.tar", "release.json.sig");
    refuses("bundle.order", "release.json", "release.json.sig", "payload.tar", "files.lst");
    refuses("bundle.order", "release.json", "release.json.sig", "files.lst", "release.json.b.sig");
    refuses("bundle.order", "release.json", "release.json.sig", "payload.tar", "release.json");
  }

  @Test
  void refusesOtherMembers() throws IOException, InterruptedException {
    refuses("bundle.format", "README", "release.json");
    refuses("bundle.format", "release.json", "release.json.sig", "README");
    refuses("bundle.format", "release.json", "payload.tar.xz");
    refuses("bundle.format", "release.json", "release.json..sig");
    refuses("bundle.format", "release.json", "release.json.sig", "files.lst", "files.lst.gz");
    refuses("bundle.format", "release.json", "release.json.sig", "payload.tar", "payload.tar.gz");
    refuses("bundle.format", "release.json", "release.json.sig", "payload.tar", "more");
    Files.createDirectory(members.resolve("folder"));
    refuses("bundle.format", "folder", "release.json");
    Files.createSymbolicLink(members.resolve("release.json.x.sig"), Path.of("release.json"));
    refuses("bundle.format", "release.json", "release.json.x.sig");
    refuses("bundle.format");
  }

  @Test
  void refusesMembersOfTheHeadThatAreTooLarge() throws IOException, InterruptedException {
    Files.write(members.resolve("release.json.sig"), new byte[(8 << 10) + 1]);
    refuses("limit.bundle", "release.json", "release.json.sig");
    List<String> names = new ArrayList<>(List.of("release.json"));
    for (int i = 0; i <= 16; i++) {
      names.add("release.json.k" + i + ".sig");
    }
    refuses("limit.bundle", names.toArray(String[]::new));
    Files.write(members.resolve("release.json"), new byte[(64 << 10) + 1]);
    refuses("limit.bundle", "release.json");
  }

  @Test
  void readsOneHeaderBeyondTheHeadAndNoMore() throws IOException, InterruptedException, Rejected {
    Files.write(members.resolve("payload.tar"), new byte[1 << 20]);
    byte[] bundle = bundle("release.json", "release.json.sig", "payload.tar");
    long[] count = {0};
    FilterInputStream counting =
        new FilterInputStream(new ByteArrayInputStream(bundle)) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count[0] += Math.max(read, 0);
            return read;
          }
        };
    BundleReader reader = new BundleReader(counting);
    reader.head();
    assertThat(count[0]).isEqualTo(5 * 512);
    assertThat(reader.next().orElseThrow().kind()).isEqualTo(Kind.PAYLOAD);
    assertThat(count[0]).isEqualTo(5 * 512);
  }

  @Test
  void wantsTheHeadFirst() {
    BundleReader reader = new BundleReader(new ByteArrayInputStream(new byte[0]));
    assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
  }
}
