package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.StrictGzip;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * Upload sessions in memory, by the rules of docs/bundle.md but without signatures: what the wire
 * is tested with. Content that a release brought is there for the next one.
 */
final class FakeSessions {
  static final Instant EXPIRES = Instant.parse("2026-11-23T18:45:07Z");

  /** Content by digest. */
  final Map<String, byte[]> store = new HashMap<>();

  /** How much came over the wire, by address. */
  final List<String> log = new ArrayList<>();

  final Semaphore slots = new Semaphore(8);
  private final Map<String, byte[]> parts = new HashMap<>();
  private final Map<String, Session> open = new HashMap<>();
  private final Map<String, Session> staged = new HashMap<>();

  private record Session(String app, String release, Map<String, TreeEntry.File> files) {}

  synchronized boolean isStaged(String release) {
    return staged.containsKey("web " + release);
  }

  Control.Upload receive(AppName app, ReleaseId release, InputStream body)
      throws Rejected, IOException {
    if (!slots.tryAcquire()) {
      throw new Rejected(ErrorCode.LIMIT_SESSIONS, "8 uploads run already.");
    }
    try {
      return received(app, release, body);
    } finally {
      slots.release();
    }
  }

  private Control.Upload received(AppName app, ReleaseId release, InputStream body)
      throws Rejected, IOException {
    BundleReader bundle = new BundleReader(body);
    Manifest.parse(bundle.head().manifest());
    Session session = new Session(app.value(), release.value(), new LinkedHashMap<>());
    for (var member = bundle.next(); member.isPresent(); member = bundle.next()) {
      InputStream content =
          plain(member.get().content(), member.get().compression() == Compression.GZIP);
      if (member.get().kind() == BundleReader.Kind.FILE_LIST) {
        list(session, content);
        synchronized (this) {
          open.put(key(app, release), session);
        }
      } else {
        take(session, new TarReader(content));
      }
    }
    return outcome(session);
  }

  private static InputStream plain(InputStream in, boolean gzip) {
    return gzip ? new StrictGzip(in, 1L << 30, ErrorCode.LIMIT_BYTES) : in;
  }

  private static void list(Session session, InputStream content) throws Rejected, IOException {
    TreeLimits limits = new TreeLimits(1_000_000, 1_000_000, 1L << 40, 1L << 40, 1L << 30);
    for (TreeEntry.File file : FileList.read(content, limits).files()) {
      session.files().put(file.path(), file);
    }
  }

  Control.Upload receivePack(
      AppName app, ReleaseId release, Control.PackFormat format, InputStream body)
      throws Rejected, IOException {
    Session session = session(app, release);
    take(session, new TarReader(plain(body, format == Control.PackFormat.TAR_GZIP)));
    return outcome(session);
  }

  private void take(Session session, TarReader tar) throws Rejected, IOException {
    Map<String, TarEntry.File> seen = new HashMap<>();
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      switch (entry) {
        case TarEntry.File file -> {
          keep(listed(session, file.path()), tar.content().readAllBytes());
          seen.put(file.path(), file);
        }
        case TarEntry.HardLink link -> {
          String target = listed(session, link.target()).sha256();
          if (!seen.containsKey(link.target())
              || !target.equals(listed(session, link.path()).sha256())) {
            throw new Rejected(ErrorCode.LINK_HARDLINK, "no earlier file", link.path());
          }
        }
        case TarEntry.SymbolicLink _, TarEntry.Directory _ -> {}
      }
    }
  }

  private static TreeEntry.File listed(Session session, String path) throws Rejected {
    TreeEntry.File file = session.files().get(path);
    if (file == null) {
      throw new Rejected(ErrorCode.TAR_UNEXPECTED, "The list has no such file.", path);
    }
    return file;
  }

  private synchronized void keep(TreeEntry.File file, byte[] content) throws Rejected {
    if (content.length != file.size() || !sha256(content).equals(file.sha256())) {
      throw new Rejected(ErrorCode.BLOB_DIGEST, "Not what the list says.", file.path());
    }
    log.add("file " + file.path());
    store.put(file.sha256(), content);
  }

  private synchronized Control.Upload outcome(Session session) {
    Control.Missing missing = missing(session);
    if (missing.files() > 0) {
      return new Control.Upload.Incomplete(missing);
    }
    String key = session.app() + " " + session.release();
    open.remove(key);
    boolean created = staged.put(key, session) == null;
    return new Control.Upload.Complete(
        new StagedResource(
            session.app(),
            session.release(),
            "staged",
            created,
            session.files().size(),
            0,
            1,
            null));
  }

  private Control.Missing missing(Session session) {
    Map<String, TreeEntry.File> lacking = new LinkedHashMap<>();
    for (TreeEntry.File file : session.files().values()) {
      if (!store.containsKey(file.sha256())) {
        lacking.putIfAbsent(file.sha256(), file);
      }
    }
    long bytes = lacking.values().stream().mapToLong(TreeEntry.File::size).sum();
    List<String> paths = lacking.values().stream().map(file -> "./" + file.path()).toList();
    return new Control.Missing(lacking.size(), bytes, EXPIRES, paths);
  }

  synchronized Control.Missing missing(AppName app, ReleaseId release) throws Rejected {
    return missing(session(app, release));
  }

  synchronized void discard(AppName app, ReleaseId release) throws Rejected {
    Session session = session(app, release);
    open.remove(session.app() + " " + session.release());
  }

  synchronized Control.Blob blob(AppName app, String sha256) throws Rejected {
    TreeEntry.File file = wanted(app, sha256);
    if (store.containsKey(sha256)) {
      return new Control.Blob(file.size(), file.size(), true);
    }
    return new Control.Blob(parts.getOrDefault(sha256, new byte[0]).length, file.size(), false);
  }

  Control.Blob receiveBlob(AppName app, String sha256, Control.Part part, InputStream body)
      throws Rejected, IOException {
    TreeEntry.File file = wanted(app, sha256);
    byte[] before = parts.getOrDefault(sha256, new byte[0]);
    if (part.offset() != before.length) {
      throw new Rejected(ErrorCode.BLOB_OFFSET, before.length + " bytes are here.", sha256);
    }
    if (part.end() > file.size() || (part.total() >= 0 && part.total() != file.size())) {
      throw new Rejected(ErrorCode.BLOB_RANGE, "The file has " + file.size() + " bytes.", sha256);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(before);
    byte[] chunk = new byte[8 << 10];
    try {
      for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
        all.write(chunk, 0, count);
        if (all.size() > file.size()) {
          throw new Rejected(ErrorCode.BLOB_SIZE, "There is more than the list says.", sha256);
        }
      }
    } finally {
      synchronized (this) {
        log.add("blob " + before.length + "-" + all.size());
        if (all.size() <= file.size()) {
          parts.put(sha256, all.toByteArray());
        }
      }
    }
    if (all.size() < file.size()) {
      return new Control.Blob(all.size(), file.size(), false);
    }
    synchronized (this) {
      parts.remove(sha256);
    }
    keep(file, all.toByteArray());
    return new Control.Blob(file.size(), file.size(), true);
  }

  private synchronized TreeEntry.File wanted(AppName app, String sha256) throws Rejected {
    return open.values().stream()
        .filter(session -> session.app().equals(app.value()))
        .flatMap(session -> session.files().values().stream())
        .filter(file -> file.sha256().equals(sha256))
        .findFirst()
        .orElseThrow(() -> unknown(sha256));
  }

  private synchronized Session session(AppName app, ReleaseId release) throws Rejected {
    Session session = open.get(key(app, release));
    if (session == null) {
      throw unknown(release);
    }
    return session;
  }

  private static String key(AppName app, ReleaseId release) {
    return app + " " + release;
  }

  static Rejected unknown(Object what) {
    return new Rejected(ErrorCode.SESSION_UNKNOWN, "There is no upload session for " + what + ".");
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
