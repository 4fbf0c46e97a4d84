package dev.pointsman.agent.pack;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.release.FileSpool;
import dev.pointsman.agent.release.Findings;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.agent.zstd.Unpacked;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.BundleReader.Kind;
import dev.pointsman.protocol.bundle.BundleReader.Member;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.StreamRefused;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Reads a whole bundle as an agent would and tells all that is wrong with its content. Whom its
 * signatures are from is somebody else's question. One thread; what it has to keep is in a
 * directory that the caller deletes.
 */
public final class BundleInspection {
  /** What an archive may have beside file content: headers, padding, and zeros at its end. */
  private static final long TAR_ENTRY_OVERHEAD = 4 << 10;

  private static final long TAR_TAIL = 2 << 20;
  private static final LimitsConfig LIMITS = LimitsConfig.DEFAULT;

  private final Path work;
  private final Findings findings;
  private Optional<BundleHead> head = Optional.empty();
  private Optional<Manifest> manifest = Optional.empty();

  private BundleInspection(Path work, Findings findings) {
    this.work = work;
    this.findings = findings;
  }

  /**
   * Reads {@code bundle}, the tar that is sent, and adds what is wrong to {@code findings}; keeps
   * its list in the empty directory {@code work}.
   *
   * @throws IOException where the bundle cannot be read
   */
  public static BundleInspection of(InputStream bundle, Path work, Findings findings)
      throws IOException {
    BundleInspection inspection = new BundleInspection(work, findings);
    try {
      inspection.run(new BundleReader(bundle));
    } catch (StreamRefused e) {
      findings.add("refused " + e.rejected().getMessage());
    } catch (Rejected e) {
      findings.add("refused " + e.getMessage());
    }
    return inspection;
  }

  /** The statement and its signatures, if the bundle begins with them. */
  public Optional<BundleHead> head() {
    return head;
  }

  /** The statement, if it can be read. */
  public Optional<Manifest> manifest() {
    return manifest;
  }

  private void run(BundleReader bundle) throws Rejected, IOException {
    BundleHead begin = bundle.head();
    head = Optional.of(begin);
    Manifest statement = Manifest.parse(begin.manifest());
    manifest = Optional.of(statement);
    if (begin.signatures().isEmpty()) {
      findings.add(
          "refused " + new Rejected(ErrorCode.SIG_MISSING, "It is not signed.").getMessage());
    }
    if (statement.tree().isPresent()) {
      ReleaseTree tree = list(bundle, statement.tree().get());
      PayloadInspection payload = new PayloadInspection(tree, findings);
      unpack(bundle, statement, statement.tree().get().bytes(), payload::run);
    } else {
      Manifest.Archive archive = statement.archive().orElseThrow();
      unpack(bundle, statement, archive.bytes(), tar -> derive(tar, archive));
    }
    if (bundle.next().isPresent()) {
      findings.add("refused bundle.format: Something follows the payload.");
    }
  }

  private ReleaseTree list(BundleReader bundle, Manifest.Tree signed) throws Rejected, IOException {
    Member member = bundle.next().orElse(null);
    if (member == null || member.kind() != Kind.FILE_LIST) {
      throw new Rejected(
          member == null ? ErrorCode.BUNDLE_FORMAT : ErrorCode.BUNDLE_ORDER,
          "release.json has a 'tree', so files.lst has to come before the payload.");
    }
    Path spooled = work.resolve("files.lst");
    MessageDigest digest = Digests.sha256();
    try (InputStream plain =
            Unpacked.of(
                member.compression(),
                member.content(),
                LIMITS.listBytes(),
                ErrorCode.LIMIT_LIST,
                ErrorCode.BUNDLE_FORMAT);
        OutputStream out = new DigestOutputStream(Files.newOutputStream(spooled), digest)) {
      plain.transferTo(out);
    }
    if (!Digests.hex(digest).equals(signed.sha256()) || Files.size(spooled) != signed.size()) {
      throw new Rejected(
          ErrorCode.TREE_DIGEST, "files.lst is not the one that release.json names.");
    }
    ReleaseTree tree = FileList.read(MappedFile.of(spooled), limits(LIMITS.treeBytes()));
    if (tree.files().size() != signed.files()
        || tree.links().size() != signed.links()
        || tree.bytes() != signed.bytes()) {
      findings.add(
          "refused tree.count: files.lst has %d files, %d links and %d bytes; release.json says %d, %d and %d."
              .formatted(
                  tree.files().size(),
                  tree.links().size(),
                  tree.bytes(),
                  signed.files(),
                  signed.links(),
                  signed.bytes()));
    }
    return tree;
  }

  /** Reads a payload. */
  private interface Reading {
    void read(TarReader tar) throws Rejected, IOException;
  }

  private void unpack(BundleReader bundle, Manifest statement, long bytes, Reading reading)
      throws Rejected, IOException {
    Member payload = bundle.next().orElse(null);
    if (payload == null || payload.kind() != Kind.PAYLOAD) {
      throw new Rejected(ErrorCode.BUNDLE_FORMAT, "The bundle has no payload.");
    }
    long tarBytes = bytes + LIMITS.entries() * TAR_ENTRY_OVERHEAD + TAR_TAIL;
    MessageDigest digest = Digests.sha256();
    DigestInputStream hashed = new DigestInputStream(payload.content(), digest);
    // What is wrong within is told beside what the digest says: both help to find out why.
    try (InputStream plain =
        Unpacked.of(
            payload.compression(),
            hashed,
            tarBytes,
            ErrorCode.LIMIT_BYTES,
            ErrorCode.BUNDLE_FORMAT)) {
      reading.read(new TarReader(plain));
    } catch (StreamRefused e) {
      findings.add("refused " + e.rejected().getMessage());
    } catch (Rejected e) {
      findings.add("refused " + e.getMessage());
    }
    hashed.transferTo(OutputStream.nullOutputStream());
    Manifest.Archive signed = statement.archive().orElse(null);
    boolean matches =
        signed == null
            || (signed.sha256().equals(Digests.hex(digest))
                && signed.size() == payload.size()
                && signed.format().equals("tar" + payload.compression().suffix()));
    if (!matches) {
      findings.add("refused archive.digest: The payload is not the one that was signed for.");
    }
  }

  private void derive(TarReader tar, Manifest.Archive signed) throws Rejected, IOException {
    try (FileSpool spool = new FileSpool(work.resolve("entries"));
        OutputStream list =
            new BufferedOutputStream(Files.newOutputStream(work.resolve("files.lst")))) {
      ArchiveTree.derive(tar, limits(signed.bytes()), spool, list);
    }
    ReleaseTree tree =
        FileList.read(MappedFile.of(work.resolve("files.lst")), limits(signed.bytes()));
    if (tree.files().size() != signed.files() || tree.bytes() != signed.bytes()) {
      findings.add(
          "refused tree.count: The payload has %d files and %d bytes; release.json says %d and %d."
              .formatted(tree.files().size(), tree.bytes(), signed.files(), signed.bytes()));
    }
  }

  private static TreeLimits limits(long bytes) {
    return new TreeLimits(
        LIMITS.entries(), LIMITS.links(), bytes, LIMITS.fileBytes(), LIMITS.listBytes());
  }
}
