package dev.pointsman.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackerTest {
  private static final TreeLimits LIMITS =
      new TreeLimits(10_000, 1_000, 1L << 30, 1L << 30, 1L << 20);

  /** The script of docs/bundle.md. */
  private static final String GENERATOR =
      """
      LC_ALL=C; export LC_ALL; T=$(mktemp -d); find . -type f -print0 | sort -z > $T/f
      xargs -0 stat -c 'f %a %s' < $T/f > $T/a; xargs -0 sha256sum < $T/f > $T/b
      { echo '#pointsman-tree 1'; paste -d ' ' $T/a $T/b
        find . -type l | sort | while IFS= read -r p; do printf 'l %s\\t%s\\n' "$(readlink "$p")" "$p"; done
        find . -type d -empty | sort | sed 's/^/d /'; } > ../files.lst; rm -r $T
      """;

  @TempDir Path temp;
  private ReleaseFolder folder;
  private Path output;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = new ReleaseFolder(temp.resolve("out"));
    output = temp.resolve("made/bundle");
  }

  private ReleaseFolder ordinary() throws IOException {
    return folder
        .file("server/main.js", "listen()")
        .file("server/Main.js", "")
        .file("bin/run", "#!/bin/sh\n", "rwxr-xr-x")
        .file("bin/owner only", "x", "rwx------")
        .file("bin/group", "x", "rw-rw-r-x")
        .file("dist/ä-\uD83D\uDE00-\uFFEE.css", "body{}")
        .file("dist/index.html", "<html>")
        .file("dist-x/a", "1")
        .file("dist.a", "2")
        .file("deep/" + "long-directory-name/".repeat(8) + "a.js", "3")
        .link("node_modules/.bin/run", "../../bin/run")
        .link("latest", "dist")
        .link("deep-link", "deep/" + "long-directory-name/".repeat(8) + "a.js")
        .directory("uploads/empty")
        .directory("a-empty");
  }

  @Test
  void listsByteForByteWhatTheShellScriptLists() throws Exception {
    ordinary();
    Packer.pack(folder.request(output));
    Shell.run(folder.tree(), GENERATOR);
    assertThat(gunzip("files.lst.gz"))
        .asString()
        .isEqualTo(Files.readString(temp.resolve("files.lst")));
  }

  @Test
  void theListAddsUpToWhatTheManifestSays() throws Exception {
    Packed packed = Packer.pack(ordinary().request(output));
    Manifest manifest = Manifest.parse(Files.readAllBytes(output.resolve("release.json")));
    byte[] list = gunzip("files.lst.gz");
    assertThat(manifest).isEqualTo(packed.manifest());
    ReleaseTree tree = FileList.read(new ByteArrayInputStream(list), LIMITS);
    assertThat(manifest.tree())
        .hasValue(
            new Manifest.Tree(
                sha256(list), list.length, tree.files().size(), tree.links().size(), tree.bytes()));
    assertThat(tree.files()).hasSize(10);
    assertThat(tree.links()).hasSize(3);
    assertThat(tree.emptyDirectories()).hasSize(2);
  }

  @Test
  void thePayloadReadBackIsTheTreeThatWasListed() throws Exception {
    Packed packed = Packer.pack(ordinary().request(output));
    byte[] payload = Files.readAllBytes(output.resolve("payload.tar.gz"));
    ReleaseTree listed = FileList.read(new ByteArrayInputStream(gunzip("files.lst.gz")), LIMITS);
    ReleaseTree sent = readPayload();
    assertThat(sent.files()).isEqualTo(listed.files());
    assertThat(sent.links()).isEqualTo(listed.links());
    assertThat(sent.emptyDirectories()).isEqualTo(listed.emptyDirectories());
    assertThat(packed.manifest().archive())
        .hasValue(
            new Manifest.Archive(
                sha256(payload), payload.length, "tar.gz", listed.files().size(), listed.bytes()));
  }

  @Test
  void anOrdinaryTarUnpacksThePayload() throws Exception {
    Packer.pack(ordinary().request(output));
    Path unpacked = Files.createDirectories(temp.resolve("unpacked"));
    Shell.run(unpacked, "tar -xzpf ../made/bundle/payload.tar.gz; diff -r . ../out");
    assertThat(Shell.run(unpacked, "stat -c %a bin/run 'bin/owner only' bin/group"))
        .isEqualTo("755\n755\n644\n");
  }

  @Test
  void theSameTreeGivesTheSameBytesWheneverItIsPacked() throws Exception {
    Packer.pack(ordinary().request(output));
    Files.setLastModifiedTime(
        folder.tree().resolve("dist.a"), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    Path again = temp.resolve("again");
    Packer.pack(folder.request(again));
    for (String member : List.of("release.json", "files.lst.gz", "payload.tar.gz")) {
      assertThat(again.resolve(member)).hasSameBinaryContentAs(output.resolve(member));
    }
  }

  @Test
  void whatIsExcludedIsInNeitherListNorPayload() throws Exception {
    folder.file("a.js", "").file("a.js.map", "").file("lib/b.js.map", "").file(".git/HEAD", "x");
    folder.file("test/a.js", "").file("lib/test/a.js", "");
    Packer.pack(folder.request(output, "*.map", ".git", "./test/", "lib/*/a.js"));
    assertThat(readPayload().files()).extracting(TreeEntry.File::path).containsExactly("a.js");
    assertThat(readPayload().emptyDirectories())
        .extracting(TreeEntry::path)
        .containsExactly("lib/test");
  }

  @Test
  void refusesASetuidFile() throws Exception {
    folder.file("bin/su", "x");
    Shell.run(folder.tree(), "chmod 4755 bin/su");
    refuses("entry.mode: The file's mode is 4755. (bin/su)");
  }

  @Test
  void refusesALinkThatLeadsOut() throws Exception {
    folder.link("a/b", "../../etc/passwd");
    assertThat(refusal()).startsWith("link.escape").contains("a/b");
  }

  @Test
  void refusesAnAbsoluteLink() throws Exception {
    folder.link("passwd", "/etc/passwd");
    assertThat(refusal()).startsWith("link.absolute").contains("passwd");
  }

  @Test
  void refusesALinkToNothing() throws Exception {
    folder.link("here", "nowhere");
    assertThat(refusal()).startsWith("link.dangling").contains("here");
  }

  @Test
  void refusesTheAgentsOwnName() throws Exception {
    folder.file(".pointsman/seal", "x");
    assertThat(refusal()).startsWith("path.reserved").contains(".pointsman");
  }

  @Test
  void refusesAControlCharacterAndDoesNotPrintIt() throws Exception {
    folder.file("a\u001b[31m", "x");
    assertThat(refusal()).startsWith("path.char").contains("U+001B").doesNotContain("\u001b");
  }

  @Test
  void refusesANameThatIsNotUtf8() throws Exception {
    Shell.run(folder.tree(), "touch \"$(printf 'caf\\351')\"");
    assertThat(refusal()).startsWith("path.encoding").contains("LC_ALL=C.UTF-8");
  }

  @Test
  void refusesAPipe() throws Exception {
    Shell.run(folder.tree(), "mkfifo pipe");
    refuses("entry.special: This is a device, a pipe or a socket. (pipe)");
  }

  @Test
  void refusesASocket() throws Exception {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(folder.tree().resolve("s")));
      refuses("entry.special: This is a device, a pipe or a socket. (s)");
    }
  }

  @Test
  void refusesToPackOverSomething() throws Exception {
    Files.createDirectories(output);
    Files.writeString(output.resolve("notes"), "mine");
    assertThatThrownBy(() -> Packer.pack(folder.request(output)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exists already");
    assertThat(output.resolve("notes")).hasContent("mine");
  }

  @Test
  void refusesToPackIntoTheTree() {
    assertThatThrownBy(() -> Packer.pack(folder.request(folder.tree().resolve("bundle"))))
        .hasMessageContaining("lies in the tree");
    assertThat(folder.tree().resolve("bundle")).doesNotExist();
  }

  @Test
  void anEmptyOutputDirectoryIsFilled() throws Exception {
    Files.createDirectories(output);
    Packer.pack(folder.file("a", "").request(output));
    assertThat(output).isDirectoryContaining("glob:**/release.json");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    folder.file("a", "1");
    TreeBuilder builder = new TreeBuilder(LIMITS);
    try (Hashing hashing = new Hashing(folder.tree(), builder, Progress.NONE)) {
      hashing.add(new Found("gone", 0644, 1));
      assertThatThrownBy(hashing::finish).hasMessageContaining("gone");
    }
  }

  @Test
  void whatIsLeftOfAFailureIsRemovedWithIt() throws Exception {
    Path work = Files.createDirectories(temp.resolve(".pack-1"));
    Files.writeString(work.resolve("payload.tar.gz"), "half");
    IOException because = new IOException("disk full");
    Leftovers.remove(work, because);
    assertThat(work).doesNotExist();
    Leftovers.remove(work, because);
    assertThat(because.getSuppressed()).hasSize(1);
  }

  @Test
  void anOutputThatCannotBeMadeLeavesNothing() throws Exception {
    folder.file("a", "1");
    Files.writeString(temp.resolve("made"), "a file");
    assertThatThrownBy(() -> Packer.pack(folder.request(output))).isInstanceOf(IOException.class);
    assertThat(temp.resolve("made")).hasContent("a file");
  }

  @Test
  void aFileThatChangesWhileItIsPackedIsNotSent() throws Exception {
    folder.file("a", "1");
    assertThatThrownBy(() -> write(listed("a", 1), "p"))
        .hasMessageContaining("out/a changed while it was packed");
    assertThatThrownBy(() -> write(listed("a", 9), "q"))
        .hasMessageContaining("out/a changed while it was packed");
  }

  private void write(ReleaseTree tree, String target) throws IOException {
    PayloadWriter.write(folder.tree(), tree, Compression.GZIP, temp.resolve(target), Progress.NONE);
  }

  private static ReleaseTree listed(String path, long size) throws Rejected, IOException {
    TreeBuilder builder = new TreeBuilder(LIMITS);
    builder.claimFile(path, size);
    builder.add(new TreeEntry.File(path, false, size, "0".repeat(64)));
    return builder.build();
  }

  @Test
  void packsTheSameBytesAgainInEachFormat() throws Exception {
    ordinary();
    for (Compression format : Compression.values()) {
      Path one = temp.resolve("one" + format.suffix());
      Path two = temp.resolve("two" + format.suffix());
      for (Path target : List.of(one, two)) {
        PackRequest request = folder.request(target);
        Packer.pack(
            new PackRequest(
                request.manifest(), request.tree(), request.excluded(), format, target));
      }
      for (String member :
          List.of("release.json", "files.lst.gz", "payload.tar" + format.suffix())) {
        assertThat(two.resolve(member)).hasSameBinaryContentAs(one.resolve(member));
      }
      Manifest manifest = Manifest.parse(Files.readAllBytes(one.resolve("release.json")));
      assertThat(manifest.archive().orElseThrow().format()).isEqualTo("tar" + format.suffix());
    }
  }

  @Test
  void listsByteForByteWhatTheShellScriptListsUnderBusyBox() throws Exception {
    ordinary();
    Packer.pack(folder.request(output));
    Path tools = Files.createDirectory(temp.resolve("busybox"));
    Shell.run(temp, "mkdir b; cp \"$(command -v busybox)\" b/; b/busybox --install -s busybox");
    // Every tool is BusyBox's, and there is no other.
    Shell.run(folder.tree(), "PATH=" + tools + "; export PATH\n" + GENERATOR);
    assertThat(gunzip("files.lst.gz"))
        .asString()
        .isEqualTo(Files.readString(temp.resolve("files.lst")));
  }

  @Test
  void tellsHowFarItIs() throws Exception {
    ordinary();
    List<String> told = new ArrayList<>();
    Packer.pack(
        folder.request(output),
        new Progress() {
          @Override
          public void hashed(int files, long bytes) {
            told.add("hashed " + files);
          }

          @Override
          public void packed(int files, int ofFiles) {
            told.add("packed " + files + " of " + ofFiles);
          }
        });
    assertThat(told).startsWith("hashed 1").contains("hashed 10").endsWith("packed 10 of 10");
  }

  private void refuses(String message) {
    assertThat(refusal()).isEqualTo(message);
  }

  /** Packs, and requires that it is refused and that nothing was written. */
  private String refusal() {
    try {
      Packer.pack(folder.request(output));
    } catch (Rejected e) {
      assertThat(temp).isDirectoryNotContaining("glob:**/made");
      return String.valueOf(e.getMessage());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("it was packed");
  }

  private byte[] gunzip(String member) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(output.resolve(member)))) {
      return in.readAllBytes();
    }
  }

  private ReleaseTree readPayload() throws Exception {
    TreeBuilder builder = new TreeBuilder(LIMITS);
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(output.resolve("payload.tar.gz")))) {
      TarReader tar = new TarReader(in);
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        switch (entry) {
          case TarEntry.File file -> {
            builder.claimFile(file.path(), file.size());
            builder.add(
                new TreeEntry.File(
                    file.path(),
                    file.executable(),
                    file.size(),
                    sha256(tar.content().readAllBytes())));
          }
          case TarEntry.SymbolicLink link -> builder.addLink(link.path(), link.target());
          case TarEntry.Directory directory -> builder.addDirectory(directory.path());
          case TarEntry.HardLink link -> throw new AssertionError(link);
        }
      }
    }
    return builder.build();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
