package dev.pointsman.agent.content;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.release.Sha256;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.agent.zstd.Unpacked;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.BundleReader.Kind;
import dev.pointsman.protocol.bundle.BundleReader.Member;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Reads the members of one bundle after its head, and the list of a session.
 *
 * <p>Where the manifest has a tree, the list has to match its digest before it is parsed, and every
 * file has to match the list. Where the manifest has an archive, the payload has to match its
 * digest before anything is unpacked.
 */
public final class Content {
  /** What an archive may have beside file content: headers, padding, and zeros at its end. */
  private static final long TAR_ENTRY_OVERHEAD = 4 << 10;

  private static final long TAR_TAIL = 2 << 20;

  private static final String LIST = "files.lst";
  private static final String PAYLOAD = "payload";

  private final Manifest manifest;
  private final LimitsConfig limits;
  private final Session session;
  private final ByteBuffer buffer;

  /** {@code buffer} is direct, for what is written. */
  public Content(Manifest manifest, LimitsConfig limits, Session session, ByteBuffer buffer) {
    this.manifest = manifest;
    this.limits = limits;
    this.session = session;
    this.buffer = buffer;
  }

  /** Receives the list into the session, or compares it with the one that is {@code here}. */
  public ReleaseTree receiveList(BundleReader bundle, boolean here) throws Rejected, IOException {
    Manifest.Tree signed = manifest.tree().orElseThrow();
    Member list = bundle.next().orElse(null);
    if (list == null || list.kind() != Kind.FILE_LIST) {
      throw new Rejected(
          list == null ? ErrorCode.BUNDLE_FORMAT : ErrorCode.BUNDLE_ORDER,
          "release.json has a 'tree', so files.lst has to come before the payload.",
          LIST);
    }
    try (InputStream plain = plain(list, signed.size(), ErrorCode.TREE_DIGEST)) {
      if (here) {
        compare(plain, signed);
      } else {
        receive(plain, signed);
      }
    }
    return readList();
  }

  private void receive(InputStream plain, Manifest.Tree signed) throws Rejected, IOException {
    try (NewFile file = session.createFile(session.list(), buffer)) {
      copy(plain, file, signed.size(), ErrorCode.TREE_DIGEST);
      checkList(file.size(), file.sha256(), signed);
    }
  }

  private static void compare(InputStream plain, Manifest.Tree signed)
      throws Rejected, IOException {
    MessageDigest digest = Sha256.start();
    byte[] bytes = new byte[64 << 10];
    long size = 0;
    for (int count; (count = plain.read(bytes)) >= 0; ) {
      digest.update(bytes, 0, count);
      size += count;
      if (size > signed.size()) {
        break;
      }
    }
    checkList(size, Sha256.finish(digest), signed);
  }

  private static void checkList(long size, String sha256, Manifest.Tree signed) throws Rejected {
    if (size != signed.size() || !sha256.equals(signed.sha256())) {
      throw new Rejected(
          ErrorCode.TREE_DIGEST, "files.lst is not the one that release.json names.", LIST);
    }
  }

  /** The list of the session, which has matched its digest. */
  public ReleaseTree readList() throws Rejected, IOException {
    ReleaseTree tree =
        FileList.read(MappedFile.of(session.list()), limits(limits.treeBytes(), limits.links()));
    checkCounts(tree, manifest.tree().orElseThrow());
    return tree;
  }

  /** Unpacks a payload whose files the list names. */
  public void unpackListed(BundleReader bundle, Member payload, GrowingTree growing)
      throws Rejected, IOException {
    SentFiles files = SentFiles.payload(growing, limits.entries());
    long bytes = manifest.tree().orElseThrow().bytes();
    unpack(payload, bytes, growing.staging(), files::unpack);
    refuseMore(bundle);
  }

  /** Unpacks a pack: a tar of files that the list names. */
  public void unpackPack(InputStream body, PackFormat format, GrowingTree growing)
      throws Rejected, IOException {
    long most = tarBytes(manifest.tree().orElseThrow().bytes());
    try (InputStream plain = new ReadAhead(format.plain(body, most))) {
      SentFiles.pack(growing, limits.entries()).unpack(new TarReader(plain));
    }
  }

  /** Stages a payload that is signed for as a whole, and writes down what it has. */
  public ReleaseTree stageArchive(BundleReader bundle, Staging staging)
      throws Rejected, IOException {
    Manifest.Archive signed = manifest.archive().orElseThrow();
    Member payload = archive(bundle);
    TreeLimits bounds = limits(signed.bytes(), limits.links());
    try (DerivedContent content = new DerivedContent(bounds, signed, staging)) {
      unpack(payload, signed.bytes(), staging, content::unpack);
      refuseMore(bundle);
      ReleaseTree tree = content.tree();
      staging.finish(tree);
      return tree;
    }
  }

  private static void refuseMore(BundleReader bundle) throws Rejected, IOException {
    if (bundle.next().isPresent()) {
      throw new Rejected(ErrorCode.BUNDLE_FORMAT, "Something follows the payload.");
    }
  }

  private TreeLimits limits(long bytes, int links) {
    return new TreeLimits(limits.entries(), links, bytes, limits.fileBytes(), limits.listBytes());
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

  private static Member archive(BundleReader bundle) throws Rejected, IOException {
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

  private long tarBytes(long bytes) {
    return bytes + limits.entries() * TAR_ENTRY_OVERHEAD + TAR_TAIL;
  }

  private void unpack(Member payload, long bytes, Staging staging, Unpacking unpacking)
      throws Rejected, IOException {
    long tarBytes = tarBytes(bytes);
    if (manifest.archive().isEmpty()) {
      try (InputStream plain = new ReadAhead(plain(payload, tarBytes, ErrorCode.LIMIT_BYTES))) {
        unpacking.unpack(new TarReader(plain));
      }
      return;
    }
    receiveArchive(payload, manifest.archive().get(), staging);
    try (InputStream spooled =
            new BufferedInputStream(Files.newInputStream(staging.payload()), 64 << 10);
        InputStream plain =
            new ReadAhead(plain(payload.compression(), spooled, tarBytes, ErrorCode.LIMIT_BYTES))) {
      unpacking.unpack(new TarReader(plain));
    }
    Files.delete(staging.payload());
  }

  private static void receiveArchive(Member payload, Manifest.Archive signed, Staging staging)
      throws Rejected, IOException {
    if (!signed.format().equals("tar" + payload.compression().suffix())) {
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
    try (NewFile file = staging.createPayload()) {
      copy(payload.content(), file, signed.size(), ErrorCode.ARCHIVE_DIGEST);
      if (!file.sha256().equals(signed.sha256())) {
        throw new Rejected(
            ErrorCode.ARCHIVE_DIGEST, "The payload is not the one that was signed for.", PAYLOAD);
      }
    }
  }

  private static InputStream plain(Member member, long maxBytes, ErrorCode overflow)
      throws Rejected {
    return plain(member.compression(), member.content(), maxBytes, overflow);
  }

  private static InputStream plain(
      Compression compression, InputStream in, long maxBytes, ErrorCode overflow) throws Rejected {
    return Unpacked.of(compression, in, maxBytes, overflow, ErrorCode.BUNDLE_FORMAT);
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
