package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** A bundle in the making; every part can be made wrong. */
final class TestBundle {
  static final String OK_LIST =
      "#pointsman-tree 1\nf 644 5 "
          + "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
          + "  ./a.txt\nl a.txt\t./b\nd ./empty\n";

  String app = "web";
  String release = "r1";
  String sequence = "7";
  String created = "2026-11-22T18:45:07Z";
  String target = "{\"env\": [\"prod\"]}";
  String extra = "";

  /** None where it is null. */
  byte[] payload = new TarBytes().file("a.txt", "hello").end();

  boolean gzip;

  /** Sent instead of the compressed payload. */
  byte[] rawGzip;

  /** Sent as payload.tar.zst instead of what {@link #payload} would be. */
  byte[] rawZstd;

  boolean hasArchive = true;
  String list;
  boolean listGzip;
  int files = 1;
  int links;
  long bytes = 5;
  String archiveDigest;
  String treeDigest;
  final Map<String, byte[]> signatures = new LinkedHashMap<>();
  SigningKey[] signers = {};

  /** A bundle whose payload is signed as an archive. */
  static TestBundle archive(SigningKey... signers) {
    TestBundle bundle = new TestBundle();
    bundle.signers = signers;
    return bundle;
  }

  /** A bundle whose payload is checked against a list. */
  static TestBundle listed(SigningKey... signers) {
    TestBundle bundle = archive(signers);
    bundle.hasArchive = false;
    bundle.list = OK_LIST;
    bundle.links = 1;
    return bundle;
  }

  TestBundle payload(byte[] tar) {
    payload = tar;
    return this;
  }

  /** The signed counts; generous ones let a row reach the rule that it is about. */
  TestBundle counts(int signedFiles, long signedBytes) {
    files = signedFiles;
    bytes = signedBytes;
    return this;
  }

  byte[] sentPayload() {
    if (rawZstd != null) {
      return rawZstd;
    }
    if (rawGzip != null) {
      return rawGzip;
    }
    return gzip ? gzip(payload) : payload;
  }

  byte[] manifest() {
    StringBuilder json = new StringBuilder();
    json.append("{\"type\": \"pointsman.release/1\", \"app\": \"%s\"".formatted(app));
    json.append(", \"release\": \"%s\", \"sequence\": %s".formatted(release, sequence));
    json.append(", \"created\": \"%s\"".formatted(created));
    if (!target.isEmpty()) {
      json.append(", \"target\": ").append(target);
    }
    if (list != null) {
      byte[] text = list.getBytes(StandardCharsets.UTF_8);
      String digest = treeDigest == null ? Sha256.of(text) : treeDigest;
      json.append(", \"tree\": {\"sha256\": \"%s\", \"size\": %d".formatted(digest, text.length));
      json.append(", \"files\": %d, \"links\": %d, \"bytes\": %d}".formatted(files, links, bytes));
    }
    if (hasArchive) {
      byte[] sent = sentPayload();
      String digest = archiveDigest == null ? Sha256.of(sent) : archiveDigest;
      json.append(", \"archive\": {\"sha256\": \"%s\"".formatted(digest));
      json.append(", \"size\": %d, \"format\": \"%s\"".formatted(sent.length, "tar" + suffix()));
      json.append(", \"files\": %d, \"bytes\": %d}".formatted(files, bytes));
    }
    return json.append(extra).append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  byte[] build() throws Exception {
    return build(manifest());
  }

  /** The bundle around this manifest. */
  byte[] build(byte[] manifest) throws Exception {
    for (int i = 0; i < signers.length; i++) {
      signatures.put(
          i == 0 ? "release.json.sig" : "release.json." + i + ".sig", signers[i].sign(manifest));
    }
    TarBytes tar = new TarBytes().file("release.json", manifest);
    signatures.forEach(tar::file);
    if (list != null) {
      byte[] text = list.getBytes(StandardCharsets.UTF_8);
      tar.file(listGzip ? "files.lst.gz" : "files.lst", listGzip ? gzip(text) : text);
    }
    return payload == null ? tar.end() : tar.file("payload.tar" + suffix(), sentPayload()).end();
  }

  private String suffix() {
    return rawZstd != null ? ".zst" : gzip ? ".gz" : "";
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
