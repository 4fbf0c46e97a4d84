package dev.pointsman.agent.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.agent.journal.DiskJson;
import dev.pointsman.agent.release.Generation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The specifications of an app's generations on disk: {@code generations/DIGEST.json}, mode 0600,
 * for they hold the environment.
 */
public final class WorkerSpecs {
  private final Path directory;

  /** Keeps them in {@code directory}, which is made when it is not there. */
  public WorkerSpecs(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /**
   * The generation of {@code spec}, whose own generation is not looked at; {@code releaseDigest}:
   * SHA-256 of release.json, hex.
   */
  public static Generation generationOf(WorkerSpec spec, String releaseDigest) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha256.digest((releaseDigest + "\n" + spec.canonicalForm()).getBytes(UTF_8));
      return new Generation(spec.generation().release(), HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Keeps {@code spec}; durable on return. */
  public synchronized void save(WorkerSpec spec) throws IOException {
    Path file = file(spec.generation());
    if (Files.exists(file)) {
      return;
    }
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel =
        FileChannel.open(
            beside,
            options,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(DiskJson.mapper().writeValueAsBytes(spec));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  /** The specification of {@code generation}. */
  public WorkerSpec load(Generation generation) throws IOException {
    try {
      return DiskJson.mapper().readValue(Files.readAllBytes(file(generation)), WorkerSpec.class);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "the specification of generation "
              + generation
              + " is gone: "
              + file(generation)
              + " does not exist",
          e);
    }
  }

  /** Forgets all but {@code wanted}. */
  public synchronized void keepOnly(Set<Generation> wanted) throws IOException {
    Set<String> names =
        Set.copyOf(
            wanted.stream().map(generation -> file(generation).getFileName().toString()).toList());
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!names.contains(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path file(Generation generation) {
    return directory.resolve(generation.digest() + ".json");
  }
}
