package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a bundle apart: one plain tar with {@code release.json}, {@code release.json*.sig}, {@code
 * files.lst[.gz]} and {@code payload.tar[.gz|.zst]} in that order. {@link #head} reads no further
 * than it must, so that the caller decides on trust before anything else is looked at. Single-use,
 * one thread.
 */
public final class BundleReader {
  /** The media type of a bundle. */
  public static final String MEDIA_TYPE = "application/vnd.pointsman.bundle.v1+tar";

  /** The name of the manifest, and the beginning of its signatures' names. */
  public static final String MANIFEST = "release.json";

  static final int MAX_SIGNATURES = 16;
  static final int MAX_SIGNATURE_BYTES = 8 << 10;

  private static final Pattern SIGNATURE =
      Pattern.compile("release\\.json(\\.[A-Za-z0-9][A-Za-z0-9._@+-]{0,63})?\\.sig");

  private final TarReader tar;
  private Stage stage = Stage.MANIFEST;
  private TarEntry.@Nullable File pending;
  private boolean ended;

  /** The members in their order. */
  private enum Stage {
    MANIFEST,
    SIGNATURES,
    LIST,
    PAYLOAD
  }

  /** What a member that is not in the head carries. */
  public enum Kind {
    FILE_LIST,
    PAYLOAD
  }

  /**
   * A member after the head.
   *
   * @param compression by its name
   * @param size bytes as sent
   * @param content as sent; good until the next member is asked for
   */
  public record Member(Kind kind, Compression compression, long size, InputStream content) {}

  /** Reads a bundle from {@code in}, which the caller closes. */
  public BundleReader(InputStream in) {
    this.tar = new TarReader(in);
  }

  /** Reads the manifest and the signatures, and one header more. */
  public BundleHead head() throws Rejected, IOException {
    TarEntry.File first = nextFile();
    if (first == null) {
      throw new Rejected(ErrorCode.BUNDLE_FORMAT, "The bundle is empty.", MANIFEST);
    }
    if (!first.path().equals(MANIFEST)) {
      throw PathRules.refused(
          stageOf(first.path()) == null ? ErrorCode.BUNDLE_FORMAT : ErrorCode.BUNDLE_ORDER,
          "The first member of the bundle is not release.json.",
          first.path());
    }
    byte[] manifest = read(first, Manifest.MAX_BYTES);
    Map<String, byte[]> signatures = new LinkedHashMap<>();
    stage = Stage.SIGNATURES;
    pending = nextFile();
    while (pending != null && advance(pending) == Stage.SIGNATURES) {
      if (signatures.size() == MAX_SIGNATURES) {
        throw new Rejected(
            ErrorCode.LIMIT_BUNDLE,
            "There are more than " + MAX_SIGNATURES + " signatures.",
            pending.path());
      }
      String name = pending.path();
      if (signatures.put(name, read(pending, MAX_SIGNATURE_BYTES)) != null) {
        throw new Rejected(ErrorCode.BUNDLE_FORMAT, "A signature's name occurs twice.", name);
      }
      pending = nextFile();
    }
    return new BundleHead(manifest, signatures);
  }

  /**
   * The next member after the head, or empty after the last, when the body was read to its end.
   * What is left of the member before is skipped.
   */
  public Optional<Member> next() throws Rejected, IOException {
    if (stage == Stage.MANIFEST) {
      throw new IllegalStateException("the head comes first");
    }
    TarEntry.File member = pending == null ? nextFile() : pending;
    if (member == null) {
      return Optional.empty();
    }
    if (pending == null && advance(member) == Stage.SIGNATURES) {
      throw new IllegalStateException("signatures belong to the head");
    }
    pending = null;
    Kind kind = stage == Stage.LIST ? Kind.FILE_LIST : Kind.PAYLOAD;
    return Optional.of(
        new Member(kind, Compression.of(member.path()), member.size(), tar.content()));
  }

  /** The stage that {@code member} belongs to, which must not be an earlier one, nor twice. */
  private Stage advance(TarEntry.File member) throws Rejected {
    Stage its = stageOf(member.path());
    if (its == null) {
      throw PathRules.refused(
          ErrorCode.BUNDLE_FORMAT, "A bundle has no such member.", member.path());
    }
    boolean repeatable = its == Stage.SIGNATURES;
    if (its == stage && !repeatable) {
      throw PathRules.refused(
          ErrorCode.BUNDLE_FORMAT, "The bundle has such a member already.", member.path());
    }
    if (its.compareTo(stage) < 0) {
      throw PathRules.refused(
          ErrorCode.BUNDLE_ORDER, "The member comes too late in the bundle.", member.path());
    }
    stage = its;
    return its;
  }

  private static @Nullable Stage stageOf(String name) {
    return switch (name) {
      case MANIFEST -> Stage.MANIFEST;
      case "files.lst", "files.lst.gz" -> Stage.LIST;
      case "payload.tar", "payload.tar.gz", "payload.tar.zst" -> Stage.PAYLOAD;
      default -> SIGNATURE.matcher(name).matches() ? Stage.SIGNATURES : null;
    };
  }

  private TarEntry.@Nullable File nextFile() throws Rejected, IOException {
    TarEntry entry = ended ? null : tar.next();
    if (entry == null) {
      ended = true;
      return null;
    }
    if (entry instanceof TarEntry.File file) {
      return file;
    }
    throw PathRules.refused(
        ErrorCode.BUNDLE_FORMAT, "A member of the bundle is not a regular file.", entry.path());
  }

  private byte[] read(TarEntry.File member, int maxBytes) throws Rejected, IOException {
    if (member.size() > maxBytes) {
      throw PathRules.refused(
          ErrorCode.LIMIT_BUNDLE,
          "The member has " + member.size() + " bytes; " + maxBytes + " are allowed.",
          member.path());
    }
    byte[] bytes = new byte[(int) member.size()];
    int count = 0;
    while (count < bytes.length) {
      count += tar.read(bytes, count, bytes.length - count);
    }
    return bytes;
  }
}
