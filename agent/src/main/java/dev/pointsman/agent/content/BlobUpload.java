package dev.pointsman.agent.content;

import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.StreamRefused;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * One content of an open session that comes by itself, in as many parts as it takes. What came
 * before a break stays, and is hashed again when the rest comes: only the digest of the whole says
 * that it is good. One thread.
 */
public final class BlobUpload {
  private final Session session;
  private final BlobKey key;
  private final long size;
  private final Blobs blobs;

  /** {@code file} is one that the session's list names. */
  public BlobUpload(Session session, TreeEntry.File file, Blobs blobs) {
    this.session = session;
    this.key = Stock.key(file);
    this.size = file.size();
    this.blobs = blobs;
  }

  /** How much is here. */
  public Blob state() throws IOException {
    BlobKey other = Stock.other(key);
    if (size == 0
        || blobs.holds(key)
        || blobs.holds(other)
        || session.holds(key, size)
        || session.holds(other, size)) {
      return new Blob(size, size, true);
    }
    return new Blob(begun(), size, false);
  }

  private long begun() throws IOException {
    Path part = session.part(key);
    return Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS) ? Files.size(part) : 0;
  }

  /** Takes a part, which begins where the last one ended, or at 0 to begin anew. */
  public Blob receive(Part part, InputStream in, Preflight preflight, ByteBuffer buffer)
      throws Rejected, IOException {
    Blob here = state();
    if (here.complete()) {
      return here;
    }
    part.check(here.offset(), size);
    preflight.checkBlob(size - part.offset());
    if (part.offset() == 0) {
      Files.deleteIfExists(session.part(key));
    }
    Body body = new Body(in);
    try (NewFile file = open(part.offset() == 0, buffer)) {
      append(body, file, part);
      if (file.size() == size) {
        return complete(file);
      }
      return new Blob(file.size(), size, false);
    } catch (IOException e) {
      if (!body.isBroken() && !(e instanceof StreamRefused)) {
        drop(e);
      }
      throw e;
    }
  }

  private NewFile open(boolean anew, ByteBuffer buffer) throws IOException {
    Path part = session.part(key);
    return anew ? session.createFile(part, buffer) : session.resumeFile(part, buffer);
  }

  private void append(InputStream body, NewFile file, Part part) throws Rejected, IOException {
    byte[] bytes = new byte[64 << 10];
    long end = part.end() < 0 ? size : part.end();
    for (int count; (count = body.read(bytes)) >= 0; ) {
      if (count > end - file.size()) {
        throw new Rejected(
            ErrorCode.BLOB_RANGE, "More was sent than the bytes up to " + end + ".", key.sha256());
      }
      file.write(bytes, 0, count);
    }
  }

  private Blob complete(NewFile file) throws Rejected, IOException {
    file.close();
    if (!file.sha256().equals(key.sha256())) {
      Rejected wrong =
          new Rejected(
              ErrorCode.BLOB_DIGEST,
              "What came is not the content of this digest; it is deleted.",
              key.sha256());
      drop(wrong);
      throw wrong;
    }
    file.settle(key.executable(), created());
    Files.move(session.part(key), session.blob(key), StandardCopyOption.ATOMIC_MOVE);
    return new Blob(size, size, true);
  }

  private Instant created() throws Rejected, IOException {
    return Manifest.parse(session.head().manifest()).created();
  }

  private void drop(Exception because) {
    try {
      Files.deleteIfExists(session.part(key));
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
