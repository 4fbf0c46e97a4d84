package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Sent;
import dev.pointsman.agent.push.Content;
import dev.pointsman.agent.push.GzipStream;
import dev.pointsman.agent.push.LargeFiles;
import dev.pointsman.agent.push.Wanted;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Sends a release in parts: the envelope first, then what the agent says is missing, large files by
 * themselves and the others in a pack. A break costs what was under way: the envelope is sent
 * again, and the answer is a shorter list. One thread.
 */
final class DeltaPush {
  /** What stays until a person has put the host right. */
  private static final Set<String> NEEDS_SOMEBODY =
      Set.of(
          ErrorCode.AGENT_TRUST.wire(),
          ErrorCode.AGENT_READONLY.wire(),
          ErrorCode.AGENT_CLOCK.wire(),
          ErrorCode.APP_UNMANAGED.wire());

  private final Api api;
  private final Parts parts;
  private final UploadProgress progress;
  private final Patience patience;

  /**
   * What is pushed.
   *
   * @param contents has the content of those files at least
   * @param envelope the bundle without its payload
   * @param gzip whether packs are compressed
   * @param largerThan files larger than this are sent by themselves
   */
  record Parts(
      Destination to,
      Sending envelope,
      ReleaseTree tree,
      Function<Iterable<TreeEntry.File>, Content> contents,
      boolean gzip,
      long largerThan) {
    Content content(Iterable<TreeEntry.File> files) {
      return contents.apply(files);
    }
  }

  DeltaPush(Api api, Parts parts, UploadProgress progress, Patience patience) {
    this.api = api;
    this.parts = parts;
    this.progress = progress;
    this.patience = patience;
  }

  /** Pushes until the release is staged, or until it is refused or patience is at its end. */
  Answer<StagedResource> run() throws ApiProblem, IOException, InterruptedException {
    while (true) {
      try {
        Wanted wanted = wanted();
        Sent sent = ask(wanted);
        while (sent instanceof Sent.Missing(int files)) {
          patience.progressed(files);
          Wanted next = wanted();
          sent = send(wanted, next);
          wanted = next;
        }
        return ((Sent.Staged) sent).answer();
      } catch (AgentUnreachable e) {
        IOException ours = progress.failure();
        if (ours != null) {
          throw ours;
        }
        patience.after(e);
      } catch (ApiProblem e) {
        patience.after(e);
      }
    }
  }

  private Wanted wanted() {
    return new Wanted(parts.tree(), parts.largerThan());
  }

  private Sent ask(Wanted missing) throws ApiProblem, AgentUnreachable, InterruptedException {
    return api.send(parts.to(), parts.envelope().through(progress), missing);
  }

  /** Sends what is wanted; {@code next} is told what is wanted then. */
  private Sent send(Wanted wanted, Wanted next)
      throws ApiProblem, IOException, InterruptedException {
    wanted.check();
    progress.expect(wanted.count(), wanted.bytes(), parts.tree().bytes());
    if (!wanted.hasNoLarge()) {
      large(wanted);
    }
    if (wanted.hasNoSmall()) {
      return ask(next); // The agent finds that nothing is missing any more.
    }
    Sending pack =
        new Sending(
            OptionalLong.empty(),
            () -> {
              InputStream counted = progress.content(wanted.pack(parts.content(wanted.small())));
              return parts.gzip() ? new GzipStream(counted) : counted;
            });
    return api.sendPack(parts.to(), parts.gzip(), pack.through(progress), next);
  }

  private void large(Wanted wanted) throws ApiProblem, IOException, InterruptedException {
    try (LargeFiles files = wanted.large(parts.content(wanted.large()))) {
      for (LargeFiles.Large next = files.next(); next != null; next = files.next()) {
        large(next);
      }
    }
  }

  private void large(LargeFiles.Large large) throws ApiProblem, IOException, InterruptedException {
    String app = parts.to().app();
    TreeEntry.File file = large.file();
    long there = api.blobOffset(app, file.sha256());
    progress.skip(there);
    if (there == file.size()) {
      return;
    }
    InputStream content = progress.content(large.from(there));
    Sending rest = new Sending(OptionalLong.of(file.size() - there), () -> content);
    long now = api.sendBlob(app, file.sha256(), there, file.size(), rest.through(progress));
    if (now < file.size()) {
      throw new AgentUnreachable(
          new IOException(
              "the agent has " + now + " of " + file.size() + " bytes of " + file.path()));
    }
    patience.progressed(-1);
  }

  /** Whether asking again from the beginning can help, without anybody's doing on the host. */
  static boolean mayHelp(ApiProblem problem) {
    String code = problem.problem().code();
    return (problem.problem().retryable() && !NEEDS_SOMEBODY.contains(code))
        || code.equals(ErrorCode.SESSION_UNKNOWN.wire())
        || code.equals(ErrorCode.BLOB_OFFSET.wire())
        || code.equals(ErrorCode.HTTP_LENGTH.wire());
  }
}
