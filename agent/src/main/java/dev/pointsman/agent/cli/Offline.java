package dev.pointsman.agent.cli;

import dev.pointsman.agent.pack.BundleDirectory;
import dev.pointsman.agent.pack.BundleInspection;
import dev.pointsman.agent.release.Findings;
import dev.pointsman.agent.release.ReleaseInspection;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.ReleaseTrust;
import dev.pointsman.protocol.trust.RevokedKeys;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Verifies what lies on a disk, by itself. Single-use, one thread. */
final class Offline {
  private final Optional<AppName> app;
  private final Optional<Signatures> signatures;
  private final Findings findings = new Findings();
  private final List<String> notes = new ArrayList<>();

  /** Whom to trust; without a rule, one of all who are named. */
  record Signatures(Path allowed, Optional<Path> revoked, List<String> require) {}

  Offline(Optional<AppName> app, Optional<Signatures> signatures) {
    this.app = app;
    this.signatures = signatures;
  }

  VerificationResource verify(Path path, Instant now) throws Rejected, IOException {
    Optional<Manifest> manifest;
    Optional<Path> evidence =
        Files.isDirectory(path)
            ? ReleaseInspection.evidenceOf(path.toRealPath())
            : Optional.empty();
    if (Files.isDirectory(path) && Files.exists(path.resolve(BundleDirectory.MANIFEST))) {
      try (InputStream in = BundleDirectory.plain(path).open()) {
        manifest = bundle(in, now);
      }
    } else if (evidence.isPresent()) {
      manifest = release(path.toRealPath(), evidence.get(), now);
    } else if (Files.isRegularFile(path)) {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 64 << 10)) {
        manifest = bundle(in, now);
      }
    } else {
      throw new IOException(
          path
              + " is no bundle (no release.json in it), no bundle's tar, and no release's directory"
              + " (apps/APP/releases/ID, with apps/APP/meta/ID beside it)");
    }
    manifest.ifPresent(this::checkApp);
    return new VerificationResource(
        manifest.map(known -> known.app().value()).orElse("?"),
        manifest.map(known -> known.release().value()).orElse("?"),
        findings.isSound(),
        findings.count(),
        findings.kept());
  }

  /** What was not looked at. */
  List<String> notes() {
    return notes;
  }

  private void checkApp(Manifest manifest) {
    if (app.isPresent() && !app.get().equals(manifest.app())) {
      findings.add("refused statement.app: It is for the app " + manifest.app() + ".");
    }
  }

  private Optional<Manifest> bundle(InputStream in, Instant now) throws Rejected, IOException {
    Path work = Files.createTempDirectory("pointsman-verify-");
    try {
      BundleInspection inspection = BundleInspection.of(in, work, findings);
      if (inspection.head().isPresent()) {
        trust(
            inspection.head().get().manifest(),
            List.copyOf(inspection.head().get().signatures().values()),
            now);
      }
      return inspection.manifest();
    } finally {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(work)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(work);
    }
  }

  private Optional<Manifest> release(Path release, Path meta, Instant now)
      throws Rejected, IOException {
    ReleaseInspection.inspect(release, meta, findings);
    Path statement = meta.resolve(BundleDirectory.MANIFEST);
    if (!Files.isRegularFile(statement)) {
      return Optional.empty();
    }
    byte[] bytes = read(statement, Manifest.MAX_BYTES);
    List<byte[]> signed = new ArrayList<>();
    for (Path signature : BundleDirectory.signatures(meta)) {
      signed.add(read(signature, BundleDirectory.MAX_SIGNATURE_BYTES));
    }
    trust(bytes, signed, now);
    try {
      return Optional.of(Manifest.parse(bytes));
    } catch (Rejected _) {
      return Optional.empty(); // The inspection has said so.
    }
  }

  private void trust(byte[] manifest, List<byte[]> signed, Instant now)
      throws Rejected, IOException {
    if (signatures.isEmpty()) {
      notes.add("the signatures were not checked; name --allowed-signers");
      return;
    }
    Signatures by = signatures.get();
    AllowedSigners allowed = AllowedSigners.parse(Files.readAllBytes(by.allowed()));
    RevokedKeys revoked =
        by.revoked().isPresent()
            ? RevokedKeys.parse(Files.readAllBytes(by.revoked().get()))
            : RevokedKeys.NONE;
    List<String> rules =
        by.require().isEmpty()
            ? List.of("1 of " + String.join(",", allowed.principals()))
            : by.require();
    ReleaseTrust.inspect(manifest, signed, allowed, revoked, TrustPolicy.parse(rules), now)
        .refusal()
        .ifPresent(refusal -> findings.add("refused " + refusal.getMessage()));
  }

  private static byte[] read(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException(file + " is larger than " + most + " bytes");
      }
      return bytes;
    }
  }
}
