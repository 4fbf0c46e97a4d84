package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.BundleReader.Kind;
import dev.pointsman.protocol.bundle.BundleReader.Member;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.StrictGzip;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;

/**
 * The content of one bundle, from the members after the head to a finished staging directory.
 *
 * <p>Where the manifest has a tree, the list has to match its digest before it is parsed, and every
 * file has to match the list. Where the manifest has an archive, the payload has to match its
 * digest before anything is unpacked.
 */
final class Content {
  /** What an archive may have beside file content: headers, padding, and zeros at its end. */
  private static final long TAR_ENTRY_OVERHEAD = 4 << 10;

  private static final long TAR_TAIL = 2 << 20;

  private static final String LIST = "files.lst";
  private static final String PAYLOAD = "payload";

  private final Manifest manifest;
  private final LimitsConfig limits;
  private final Staging staging;

  Content(Manifest manifest, LimitsConfig limits, Staging staging) {
    this.manifest = manifest;
    this.limits = limits;
    this.staging = staging;
  }

  /** Reads {@code bundle} to its end; what is returned is staged. */
  ReleaseTree stage(BundleReader bundle) throws Rejected, IOException {
    ReleaseTree tree =
        manifest.tree().isPresent()
            ? stageListed(bundle, manifest.tree().get())
            : stageArchive(bundle, manifest.archive().orElseThrow());
    if (bundle.next().isPresent()) {
      throw new Rejected(ErrorCode.BUNDLE_FORMAT, "Something follows the payload.");
    }
    staging.finish(tree);
    return tree;
  }

  private ReleaseTree stageListed(BundleReader bundle, Manifest.Tree signed)
      throws Rejected, IOException {
    Member list = bundle.next().filter(member -> member.kind() == Kind.FILE_LIST).orElse(null);
    if (list == null) {
      throw new Rejected(
          ErrorCode.BUNDLE_FORMAT,
          "release.json has a 'tree', so files.lst has to come before the payload.",
          LIST);
    }
    receiveList(list, signed);
    ReleaseTree tree =
        FileList.read(MappedFile.of(staging.list()), limits(limits.treeBytes(), limits.links()));
    checkCounts(tree, signed);
    Member payload = payload(bundle);
    ListedContent content = new ListedContent(tree, staging, limits.entries());
    unpack(payload, signed.bytes(), content::unpack);
    return tree;
  }

  private ReleaseTree stageArchive(BundleReader bundle, Manifest.Archive signed)
      throws Rejected, IOException {
    Member payload = payload(bundle);
    TreeLimits bounds = limits(signed.bytes(), limits.links());
    try (DerivedContent content = new DerivedContent(bounds, signed, staging)) {
      unpack(payload, signed.bytes(), content::unpack);
      return content.tree();
    }
  }

  private TreeLimits limits(long bytes, int links) {
    return new TreeLimits(limits.entries(), links, bytes, limits.fileBytes(), limits.listBytes());
  }

  private void receiveList(Member list, Manifest.Tree signed) throws Rejected, IOException {
    try (NewFile file = staging.createSpool(LIST);
        InputStream plain = plain(list, signed.size(), ErrorCode.TREE_DIGEST)) {
      copy(plain, file, signed.size(), ErrorCode.TREE_DIGEST);
      if (file.size() != signed.size() || !file.sha256().equals(signed.sha256())) {
        throw new Rejected(
            ErrorCode.TREE_DIGEST, "files.lst is not the one that release.json names.", LIST);
      }
    }
  }

  private static void checkCounts(ReleaseTree tree, Manifest.Tree signed) throws Rejected {
    if (tree.files().size() != signed.files()
        || tree.links().size() != signed.links()
        || tree.bytes() != signed.bytes()) {
      throw new Rejected(
          ErrorCode.TREE_COUNT,
          "files.lst has %d files, %d links and %d bytes; release.json says %d, %d and %d."
              .formatted(
                  tree.files().size(),
                  tree.links().size(),
                  tree.bytes(),
                  signed.files(),
                  signed.links(),
                  signed.bytes()),
          LIST);
    }
  }

  private Member payload(BundleReader bundle) throws Rejected, IOException {
    Optional<Member> payload = bundle.next();
    if (payload.isEmpty()) {
      throw new Rejected(ErrorCode.BUNDLE_FORMAT, "The bundle has no payload.", PAYLOAD);
    }
    if (payload.get().kind() == Kind.FILE_LIST) {
      throw new Rejected(
          ErrorCode.BUNDLE_FORMAT,
          "release.json has no 'tree', so nobody signed for this files.lst.",
          LIST);
    }
    return payload.get();
  }

  /** Reads a payload that is trusted, or whose parts are going to be. */
  private interface Unpacking {
    void unpack(TarReader tar) throws Rejected, IOException;
  }

  private void unpack(Member payload, long bytes, Unpacking unpacking)
      throws Rejected, IOException {
    long tarBytes = bytes + limits.entries() * TAR_ENTRY_OVERHEAD + TAR_TAIL;
    if (manifest.archive().isEmpty()) {
      try (InputStream plain = plain(payload, tarBytes, ErrorCode.LIMIT_BYTES)) {
        unpacking.unpack(new TarReader(plain));
      }
      return;
    }
    receiveArchive(payload, manifest.archive().get());
    try (InputStream spooled =
            new BufferedInputStream(Files.newInputStream(staging.spool(PAYLOAD)), 64 << 10);
        InputStream plain =
            payload.gzip() ? new StrictGzip(spooled, tarBytes, ErrorCode.LIMIT_BYTES) : spooled) {
      unpacking.unpack(new TarReader(plain));
    }
    Files.delete(staging.spool(PAYLOAD));
  }

  private void receiveArchive(Member payload, Manifest.Archive signed)
      throws Rejected, IOException {
    if (payload.gzip() != signed.format().equals("tar.gz")) {
      throw new Rejected(
          ErrorCode.BUNDLE_FORMAT,
          "release.json announces a payload." + signed.format() + ".",
          PAYLOAD);
    }
    if (payload.size() != signed.size()) {
      throw new Rejected(
          ErrorCode.ARCHIVE_DIGEST,
          "The payload has %d bytes, release.json says %d."
              .formatted(payload.size(), signed.size()),
          PAYLOAD);
    }
    try (NewFile file = staging.createSpool(PAYLOAD)) {
      copy(payload.content(), file, signed.size(), ErrorCode.ARCHIVE_DIGEST);
      if (!file.sha256().equals(signed.sha256())) {
        throw new Rejected(
            ErrorCode.ARCHIVE_DIGEST, "The payload is not the one that was signed for.", PAYLOAD);
      }
    }
  }

  private static InputStream plain(Member member, long maxBytes, ErrorCode overflow) {
    return member.gzip() ? new StrictGzip(member.content(), maxBytes, overflow) : member.content();
  }

  private static void copy(InputStream in, NewFile file, long maxBytes, ErrorCode overflow)
      throws Rejected, IOException {
    byte[] buffer = new byte[64 << 10];
    for (int count; (count = in.read(buffer)) >= 0; ) {
      if (count > maxBytes - file.size()) {
        throw new Rejected(overflow, "There are more than the signed " + maxBytes + " bytes.");
      }
      file.write(buffer, 0, count);
    }
  }
}
