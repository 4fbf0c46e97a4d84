package dev.pointsman.agent.store;

import dev.pointsman.agent.linux.FileSystems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in a directory of a test, and a release beside it. */
final class StoreHost {
  static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
  static final Instant CREATED = Instant.parse("2026-11-20T10:00:00.5Z");

  final Path root;
  final Path release;
  final List<String> alarms = new CopyOnWriteArrayList<>();
  final AtomicInteger barriers = new AtomicInteger();
  HardLinks links = FileSystems::link;
  Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  int keyLimit = 10_000;

  StoreHost(Path root) throws IOException {
    this.root = root;
    this.release = Files.createDirectory(root.resolve("release"));
  }

  ContentStore open() throws IOException {
    return ContentStore.open(
        root,
        new ContentStore.Parts(
            _ -> barriers.incrementAndGet(),
            (key, what) -> alarms.add(key + ": " + what),
            clock,
            (existing, link) -> links.link(existing, link),
            keyLimit));
  }

  static BlobKey key(String content) {
    return key(content, false);
  }

  static BlobKey key(String content, boolean executable) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new BlobKey(HexFormat.of().formatHex(BlobFile.sha256().digest(bytes)), executable);
  }

  /** A settled file of the release, as staging leaves it. */
  Path file(String name, String content) throws IOException {
    return file(name, content, false);
  }

  Path file(String name, String content, boolean executable) throws IOException {
    Path file = Files.writeString(release.resolve(name), content);
    FileTime stamp = Stamp.of(CREATED, key(content).sha256());
    BlobFile.settle(file, executable, stamp);
    return file;
  }

  /** Brings {@code content} into the store and removes the file that it came with. */
  BlobKey keep(ContentStore store, String content) throws IOException {
    Path file = file("first", content);
    store.keep(key(content), file, Sharing.LINK);
    Files.delete(file);
    return key(content);
  }

  Path target(String name) {
    return release.resolve(name);
  }

  Path blob(BlobKey key) {
    return new StoreLayout(root.resolve("store")).blob(key, 1);
  }

  Path blob(BlobKey key, int number) {
    return new StoreLayout(root.resolve("store")).blob(key, number);
  }

  List<String> quarantined() throws IOException {
    try (var files = Files.list(root.resolve("store/quarantine"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Writes into a blob in place, as a process that may do so would. */
  static void writeInPlace(Path blob, String content) throws IOException {
    var permissions = Files.getPosixFilePermissions(blob);
    Files.setPosixFilePermissions(blob, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(blob, content);
    Files.setPosixFilePermissions(blob, permissions);
  }
}
