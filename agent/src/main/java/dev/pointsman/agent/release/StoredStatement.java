package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.ReleaseTrust;
import dev.pointsman.protocol.trust.SshSignature;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What was signed for a release and by whom, as it was received and kept in {@code meta/<id>}. */
public final class StoredStatement {
  private final byte[] manifest;
  private final SortedMap<String, byte[]> signatures;

  private StoredStatement(byte[] manifest, SortedMap<String, byte[]> signatures) {
    this.manifest = manifest;
    this.signatures = Collections.unmodifiableSortedMap(signatures);
  }

  /** Of the release {@code id} of {@code app} below {@code root}. */
  public static StoredStatement read(Path root, AppName app, ReleaseId id) throws IOException {
    return read(new Layout(root.toAbsolutePath(), app).evidence(id).directory());
  }

  /** Of a directory with release.json and its signatures. */
  public static StoredStatement read(Path directory) throws IOException {
    byte[] manifest = read(directory.resolve(Evidence.MANIFEST), Manifest.MAX_BYTES);
    SortedMap<String, byte[]> signatures = new TreeMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, Evidence.MANIFEST + "*.sig")) {
      for (Path file : files) {
        signatures.put(String.valueOf(file.getFileName()), read(file, SshSignature.MAX_BYTES));
        if (signatures.size() > ReleaseTrust.MAX_SIGNATURES) {
          throw new IOException(
              directory + " holds more than " + ReleaseTrust.MAX_SIGNATURES + " signatures");
        }
      }
    }
    return new StoredStatement(manifest, signatures);
  }

  private static byte[] read(Path file, int most) throws IOException {
    if (Files.size(file) > most) {
      throw new IOException(file + " is larger than " + most + " bytes");
    }
    return Files.readAllBytes(file);
  }

  /** The bytes of release.json. */
  public byte[] manifest() {
    return manifest.clone();
  }

  /** By file name. */
  public SortedMap<String, byte[]> signatures() {
    return signatures;
  }

  /** The signatures alone, in the order of their names. */
  public List<byte[]> signatureBytes() {
    return List.copyOf(signatures.values());
  }
}
