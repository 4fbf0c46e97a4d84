package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.content.ArchiveSharing;
import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.content.Body;
import dev.pointsman.agent.content.Content;
import dev.pointsman.agent.content.GrowingTree;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.content.Preflight;
import dev.pointsman.agent.content.Stock;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.ReleaseStore.Statement;
import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.BundleReader.Member;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.StreamRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request that brings content for a release. The order of its checks is that of docs/bundle.md:
 * cheap ones first, and nothing is read or written that the checks before did not allow.
 *
 * <p>It ends in one of four ways: with a release; with an open session that lacks content; broken
 * off, and then what was verified stays in the session; or refused, and then the session is as it
 * was, but for a pack's good files. Where the disk is full or failed, the session is gone.
 */
final class Upload {
  private static final Logger log = LoggerFactory.getLogger(Upload.class);

  private final Admission admission;
  private final Parts parts;
  private final Session session;
  private final ByteBuffer buffer;
  private final long started = System.nanoTime();

  /** What the app's uploads share. */
  record Parts(
      ReleaseStore store,
      Blobs blobs,
      Preflight preflight,
      Sessions sessions,
      LimitsConfig limits,
      Clock clock) {}

  /** {@code buffer} is direct, and belongs to this upload while it lasts. */
  Upload(Admission admission, Parts parts, Session session, ByteBuffer buffer) {
    this.admission = admission;
    this.parts = parts;
    this.session = session;
    this.buffer = buffer;
  }

  /** Receives a bundle, with a payload or without. */
  Delivery bundle(InputStream in) throws Rejected, IOException, InterruptedException {
    Body body = new Body(in);
    return ending(body, () -> whole(body));
  }

  /** Receives files for the open session; {@code in} is a tar, compressed or not. */
  Delivery pack(InputStream in, PackFormat format)
      throws Rejected, IOException, InterruptedException {
    Body body = new Body(in);
    return ending(body, () -> part(body, format));
  }

  private interface Receiving {
    Delivery receive() throws Rejected, IOException, InterruptedException;
  }

  /**
   * A refusal says who had signed, as far as that was found out. A disk that is full or failed,
   * wherever that was, takes the session with it.
   */
  private Delivery ending(Body body, Receiving receiving)
      throws Rejected, IOException, InterruptedException {
    try {
      return receiving.receive();
    } catch (Rejected e) {
      throw admission.naming(e);
    } catch (StreamRefused e) {
      throw admission.naming(e.rejected());
    } catch (IOException e) {
      if (!body.isBroken() && lost(e) instanceof StreamRefused full) {
        throw admission.naming(full.rejected());
      }
      throw e;
    }
  }

  private Delivery whole(Body body) throws Rejected, IOException, InterruptedException {
    admission.requireHost();
    BundleReader bundle = new BundleReader(body);
    Statement statement = admission.examine(bundle.head());
    Optional<StagedRelease> here = admission.present(statement);
    if (here.isPresent()) {
      parts.sessions().end(session, statement.manifest());
      return new Delivery.Complete(new Received(here.get(), false, 0, took()));
    }
    parts.preflight().checkLimits(statement.manifest());
    return statement.manifest().tree().isPresent()
        ? listed(body, bundle, statement)
        : archive(bundle, statement);
  }

  private Delivery listed(Body body, BundleReader bundle, Statement statement)
      throws Rejected, IOException, InterruptedException {
    boolean resumed = session.isOpen() && session.digest().equals(statement.digest());
    Content content = content(statement.manifest());
    ReleaseTree tree;
    Optional<Member> payload;
    if (!resumed) {
      begin(statement);
    }
    try {
      parts.preflight().checkList(statement.manifest().tree().orElseThrow());
      tree = content.receiveList(bundle, resumed);
      session.open(statement.head());
      session.touch(parts.clock().instant());
      payload = bundle.next();
    } catch (Rejected | IOException e) {
      if (!resumed) {
        delete(e);
      }
      throw e;
    }
    Refusal refusal = resumed ? Refusal.KEEPS_THE_OLD : Refusal.KEEPS_NOTHING;
    if (payload.isEmpty()) {
      return grow(statement, tree, new Source(body, 0, _ -> {}, refusal));
    }
    Member member = payload.get();
    long spooled = statement.manifest().archive().isPresent() ? member.size() : 0;
    Filling filling = growing -> content.unpackListed(bundle, member, growing);
    return grow(statement, tree, new Source(body, spooled, filling, refusal));
  }

  private Delivery part(Body body, PackFormat format)
      throws Rejected, IOException, InterruptedException {
    admission.requireHost();
    Statement statement = admission.examine(session.head());
    Optional<StagedRelease> here = admission.present(statement);
    if (here.isPresent()) {
      parts.sessions().end(session, statement.manifest());
      return new Delivery.Complete(new Received(here.get(), false, 0, took()));
    }
    session.touch(parts.clock().instant());
    Content content = content(statement.manifest());
    Filling filling = growing -> content.unpackPack(body, format, growing);
    return grow(
        statement, content.readList(), new Source(body, 0, filling, Refusal.KEEPS_WHAT_IS_GOOD));
  }

  /** What the session has after a refusal. */
  private enum Refusal {
    KEEPS_WHAT_IS_GOOD,
    KEEPS_THE_OLD,
    KEEPS_NOTHING
  }

  /**
   * Where content comes from.
   *
   * @param spooled bytes that are written before they are trusted
   */
  private record Source(Body body, long spooled, Filling filling, Refusal refusal) {}

  /** Puts what is sent in its place. */
  private interface Filling {
    void fill(GrowingTree growing) throws Rejected, IOException;
  }

  /** Grows the tree from what is sent and from what is here, and publishes it when complete. */
  private Delivery grow(Statement statement, ReleaseTree tree, Source source)
      throws Rejected, IOException, InterruptedException {
    Stock stock = new Stock(tree, session, parts.blobs());
    try (Staging staging = stage(statement)) {
      GrowingTree growing = new GrowingTree(stock, staging);
      try {
        BitSet missing = growing.missing();
        parts.preflight().checkTree(tree, missing, parts.blobs().sharing(), source.spooled());
        source.filling().fill(growing);
        if (!growing.isCovered() || !growing.complete(parts.store())) {
          Missing left = Missing.of(tree.files(), growing.missing(), session.expires());
          growing.giveBack(true);
          return new Delivery.Incomplete(left);
        }
      } catch (Rejected e) {
        refused(e, growing, source);
        throw e;
      } catch (IOException e) {
        if (source.body().isBroken() || e instanceof StreamRefused) {
          refused(e, growing, source);
          throw e;
        }
        throw lost(e);
      }
      try {
        return publish(staging, statement, tree, growing::keep);
      } catch (InterruptedException e) {
        growing.giveBack(true);
        throw e;
      }
    }
  }

  private Delivery archive(BundleReader bundle, Statement statement)
      throws Rejected, IOException, InterruptedException {
    Manifest manifest = statement.manifest();
    parts.preflight().checkArchive(manifest.archive().orElseThrow());
    begin(statement);
    try (Staging staging = stage(statement)) {
      ReleaseTree tree = content(manifest).stageArchive(bundle, staging);
      ArchiveSharing sharing = new ArchiveSharing(tree, staging, parts.blobs());
      sharing.share();
      return publish(staging, statement, tree, sharing::keep);
    } catch (Rejected e) {
      delete(e);
      throw e;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private Delivery publish(
      Staging staging, Statement statement, ReleaseTree tree, ReleaseStore.Keeping keeping)
      throws Rejected, IOException, InterruptedException {
    StagedRelease staged;
    try {
      staged = admission.publish(staging, statement, tree, keeping);
    } catch (Rejected e) {
      delete(e);
      throw e;
    } catch (IOException e) {
      throw lost(e);
    }
    parts.sessions().end(session, statement.manifest());
    try {
      parts.blobs().settle();
    } catch (IOException e) {
      log.warn("New content could not be taken into the store: {}", e.getMessage());
    }
    return new Delivery.Complete(new Received(staged, true, staging.newBytes(), took()));
  }

  private void refused(Exception e, GrowingTree growing, Source source) {
    try {
      if (source.body().isBroken() && growing.hasContent()) {
        growing.giveBack(true);
      } else {
        switch (source.refusal()) {
          case KEEPS_WHAT_IS_GOOD -> growing.giveBack(true);
          case KEEPS_THE_OLD -> growing.giveBack(source.body().isBroken());
          case KEEPS_NOTHING -> session.delete();
        }
      }
    } catch (IOException other) {
      e.addSuppressed(other);
      delete(e);
    }
  }

  /**
   * Gives everything up: what the disk has of it cannot be relied on, or the space is needed.
   * Returns what to say, which is found out before the space is back.
   */
  private IOException lost(IOException e) {
    Optional<Rejected> full = parts.preflight().full(e);
    delete(e);
    return full.isPresent() ? new StreamRefused(full.get()) : e;
  }

  private void delete(Exception because) {
    try {
      session.delete();
    } catch (IOException e) {
      because.addSuppressed(e); // Its time will come.
    }
  }

  /** Where there is no room even for that, the sender hears of it like later. */
  private void begin(Statement statement) throws Rejected, IOException {
    try {
      parts.sessions().begin(session, statement.manifest());
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private Staging stage(Statement statement) throws IOException {
    try {
      return session.stage(statement.manifest().created(), buffer);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private Content content(Manifest manifest) {
    return new Content(manifest, parts.limits(), session, buffer);
  }

  private Duration took() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
