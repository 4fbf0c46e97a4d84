package dev.pointsman.agent.pack;

import dev.pointsman.agent.release.FileSpool;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.agent.zstd.Zstd;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.Archive;
import dev.pointsman.protocol.bundle.Manifest.Tree;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeBuilder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From a directory to a bundle directory, which appears whole or not at all. */
public final class Packer {
  private static final String NO_DIGEST = "0".repeat(64);

  private Packer() {}

  /** As {@link #pack(PackRequest, Progress)}, without anybody looking. */
  public static Packed pack(PackRequest request)
      throws Rejected, IOException, InterruptedException {
    return pack(request, Progress.NONE);
  }

  /**
   * Packs.
   *
   * @throws Rejected for what an agent would refuse; nothing was written
   * @throws IOException where a file cannot be read or written; nothing is left behind
   */
  public static Packed pack(PackRequest request, Progress progress)
      throws Rejected, IOException, InterruptedException {
    checkManifest(request.manifest());
    checkPlaces(request);
    checkFormat(request.format());
    Path temporary = Files.createTempDirectory("pointsman-pack-");
    try {
      ReleaseTree tree = list(request, temporary, progress);
      return new Packed(
          request.output(), write(request, tree, progress), Advice.on(request.manifest(), tree));
    } finally {
      Leftovers.remove(temporary);
    }
  }

  /** Reads the whole tree; its list and what it is made from lie in {@code temporary}. */
  private static ReleaseTree list(PackRequest request, Path temporary, Progress progress)
      throws Rejected, IOException, InterruptedException {
    Path list = temporary.resolve("files.lst");
    try (FileSpool spool = new FileSpool(temporary.resolve("entries"));
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(list), 64 << 10)) {
      TreeBuilder builder = new TreeBuilder(TreeScan.LIMITS, spool);
      try (Hashing hashing = new Hashing(request.tree(), builder, progress)) {
        new TreeScan(request.tree(), request.excluded(), builder, hashing).run();
      }
      builder.write(out);
    }
    return FileList.read(MappedFile.of(list), TreeScan.LIMITS);
  }

  private static void checkFormat(Compression format) throws IOException {
    if (format == Compression.ZSTD && Zstd.problem().isPresent()) {
      throw new IOException("cannot write a payload.tar.zst: " + Zstd.problem().get());
    }
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

  private static Manifest write(PackRequest request, ReleaseTree tree, Progress progress)
      throws IOException, Rejected {
    Path output = request.output().toAbsolutePath().normalize();
    Path parent = output.resolveSibling("");
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, ".pack-");
    try {
      Tree listed = ListWriter.write(tree, work.resolve(BundleDirectory.LIST));
      @Nullable Archive archive =
          request.payload()
              ? PayloadWriter.write(
                  request.tree(),
                  tree,
                  request.format(),
                  work.resolve("payload.tar" + request.format().suffix()),
                  progress)
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
