package dev.pointsman.agent.release;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Compares a release on disk with its evidence and the evidence with itself, and tells all that is
 * wrong instead of the first thing. It needs no agent: a directory of another host's backup will
 * do.
 */
public final class ReleaseInspection {
  private final Path release;
  private final Evidence evidence;
  private final Findings findings;

  private ReleaseInspection(Path release, Path meta, Findings findings) {
    this.release = release;
    this.evidence = new Evidence(meta);
    this.findings = findings;
  }

  /** Where the evidence of the release in {@code directory} lies, if that is one. */
  public static Optional<Path> evidenceOf(Path directory) {
    Path releases = directory.getParent();
    if (releases == null || releases.getFileName() == null || releases.getParent() == null) {
      return Optional.empty();
    }
    Path meta = releases.resolveSibling("meta").resolve(directory.getFileName());
    boolean both =
        releases.getFileName().toString().equals("releases")
            && Files.isDirectory(meta, LinkOption.NOFOLLOW_LINKS);
    return both ? Optional.of(meta) : Optional.empty();
  }

  /** Adds to {@code findings} what is wrong with {@code release}; {@code meta} is its evidence. */
  public static void inspect(Path release, Path meta, Findings findings) {
    new ReleaseInspection(release, meta, findings).run();
  }

  private void run() {
    Optional<Seal> seal = seal();
    Optional<Manifest> manifest = manifest(seal);
    Path list = evidence.directory().resolve(Evidence.LIST);
    try {
      String digest = Sha256.ofFile(list);
      if (seal.isPresent() && !seal.get().list().equals(digest)) {
        findings.add("evidence " + list + " is not the file that was sealed");
      }
      boolean signed =
          manifest.flatMap(Manifest::tree).map(tree -> tree.sha256().equals(digest)).orElse(true);
      if (!signed) {
        findings.add("evidence " + list + " is not the list that release.json was signed with");
      }
      new TreeInspection(release, FileList.read(MappedFile.of(list), Evidence.ANY), findings).run();
    } catch (IOException e) {
      findings.add("evidence " + list + " cannot be read: " + e.getMessage());
    } catch (Rejected e) {
      findings.add("evidence " + list + " cannot be used: " + e.getMessage());
    }
  }

  private Optional<Seal> seal() {
    try {
      return Optional.of(evidence.seal());
    } catch (IOException e) {
      findings.add("evidence " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Manifest> manifest(Optional<Seal> seal) {
    Path file = evidence.directory().resolve(Evidence.MANIFEST);
    try {
      if (Files.size(file) > Manifest.MAX_BYTES) {
        findings.add("evidence " + file + " is larger than a release.json may be");
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(file);
      if (seal.isPresent() && !seal.get().manifest().equals(Sha256.of(bytes))) {
        findings.add("evidence " + file + " is not the file that was sealed");
      }
      Manifest manifest = Manifest.parse(bytes);
      if (!manifest.release().value().equals(String.valueOf(release.getFileName()))) {
        findings.add("evidence " + file + " is about the release " + manifest.release());
      }
      return Optional.of(manifest);
    } catch (IOException e) {
      findings.add("evidence " + file + " cannot be read: " + e.getMessage());
    } catch (Rejected e) {
      findings.add("evidence " + file + " cannot be used: " + e.getMessage());
    }
    return Optional.empty();
  }
}
