package dev.pointsman.agent.pack;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From a directory to a bundle directory, which appears whole or not at all. */
public final class Packer {
  private static final String NO_DIGEST = "0".repeat(64);

  private Packer() {}

  /**
   * Packs.
   *
   * @throws Rejected for what an agent would refuse; nothing was written
   * @throws IOException where a file cannot be read or written; nothing is left behind
   */
  public static Packed pack(PackRequest request)
      throws Rejected, IOException, InterruptedException {
    checkManifest(request.manifest());
    checkPlaces(request);
    TreeScan scan = new TreeScan(request.tree(), request.excluded());
    List<Found> found = scan.files();
    List<String> digests = Digests.of(request.tree(), found);
    TreeBuilder builder = scan.builder();
    for (int i = 0; i < found.size(); i++) {
      Found file = found.get(i);
      builder.claimFile(file.path(), file.size());
      builder.add(
          new TreeEntry.File(file.path(), file.executable(), file.size(), digests.get(i)),
          file.mode());
    }
    ReleaseTree tree = builder.build();
    return new Packed(request.output(), write(request, tree), Advice.on(request.manifest(), tree));
  }

  /** Everything but the digests is known already, so mistakes in it need no walk to be found. */
  private static void checkManifest(Manifest manifest) throws Rejected {
    Manifest.parse(with(manifest, new Tree(NO_DIGEST, 0, 0, 0, 0), null).toJson());
  }

  private static void checkPlaces(PackRequest request) throws IOException {
    if (!Files.isDirectory(request.tree())) {
      throw new IOException(request.tree() + " is no directory");
    }
    Path output = request.output().toAbsolutePath().normalize();
    if (output.startsWith(request.tree().toRealPath())
        || output.startsWith(request.tree().toAbsolutePath().normalize())) {
      throw new IOException(
          output + " lies in the tree that is to be packed: choose an --output outside of it");
    }
    if (Files.exists(output, LinkOption.NOFOLLOW_LINKS) && !isEmptyDirectory(output)) {
      throw new IOException(output + " exists already: remove it, or choose another --output");
    }
  }

  private static boolean isEmptyDirectory(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (DirectoryStream<Path> content = Files.newDirectoryStream(path)) {
      return !content.iterator().hasNext();
    }
  }

  private static Manifest write(PackRequest request, ReleaseTree tree)
      throws IOException, Rejected {
    Path output = request.output().toAbsolutePath().normalize();
    Path parent = output.resolveSibling("");
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, ".pack-");
    try {
      Tree listed = ListWriter.write(tree, work.resolve(BundleDirectory.LIST));
      @Nullable Archive archive =
          request.payload()
              ? PayloadWriter.write(request.tree(), tree, work.resolve(BundleDirectory.PAYLOAD))
              : null;
      Manifest manifest = with(request.manifest(), listed, archive);
      byte[] json = manifest.toJson();
      Manifest checked = Manifest.parse(json);
      Files.write(work.resolve(BundleDirectory.MANIFEST), json);
      Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(work, output, StandardCopyOption.ATOMIC_MOVE);
      return checked;
    } catch (IOException | Rejected | RuntimeException e) {
      Leftovers.remove(work, e);
      throw e;
    }
  }

  private static Manifest with(Manifest manifest, Tree tree, @Nullable Archive archive) {
    return new Manifest(
        manifest.app(),
        manifest.release(),
        manifest.sequence(),
        manifest.created(),
        manifest.expires(),
        manifest.target(),
        Optional.of(tree),
        Optional.ofNullable(archive),
        manifest.hooks(),
        manifest.schema(),
        manifest.process(),
        manifest.meta());
  }
}
