package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Sent;
import dev.pointsman.agent.push.Content;
import dev.pointsman.agent.push.GzipStream;
import dev.pointsman.agent.push.Wanted;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Sends a release in parts: the envelope first, then what the agent says is missing, large files by
 * themselves and the others in a pack. A break costs what was under way: the envelope is sent
 * again, and the answer is a shorter list. One thread.
 */
final class DeltaPush {
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
      String app,
      String release,
      boolean deploy,
      Sending envelope,
      ReleaseTree tree,
      Function<List<TreeEntry.File>, Content> contents,
      boolean gzip,
      long largerThan) {
    Content content(List<TreeEntry.File> files) {
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
  Answer<StagedResource> run() throws ApiProblem, Rejected, IOException, InterruptedException {
    while (true) {
      try {
        Sent sent = ask();
        while (sent instanceof Sent.Missing(List<String> paths)) {
          patience.progressed(paths.size());
          sent = send(paths);
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

  private Sent ask() throws ApiProblem, AgentUnreachable, InterruptedException {
    return api.send(
        parts.app(), parts.release(), parts.envelope().through(progress), parts.deploy());
  }

  private Sent send(List<String> paths)
      throws ApiProblem, Rejected, IOException, InterruptedException {
    Wanted wanted = new Wanted(parts.tree(), paths, parts.largerThan());
    long bytes = 0;
    for (TreeEntry.File file : wanted.large()) {
      bytes += file.size();
    }
    for (TreeEntry.File file : wanted.small()) {
      bytes += file.size();
    }
    progress.expect(paths.size(), bytes, parts.tree().bytes());
    for (TreeEntry.File file : wanted.large()) {
      large(file);
    }
    if (wanted.small().isEmpty()) {
      return ask(); // The agent finds that nothing is missing any more.
    }
    Sending pack =
        new Sending(
            OptionalLong.empty(),
            () -> {
              InputStream counted = progress.content(wanted.pack(parts.content(wanted.small())));
              return parts.gzip() ? new GzipStream(counted) : counted;
            });
    return api.sendPack(
        parts.app(), parts.release(), parts.gzip(), pack.through(progress), parts.deploy());
  }

  private void large(TreeEntry.File file)
      throws ApiProblem, Rejected, IOException, InterruptedException {
    long there = api.blobOffset(parts.app(), file.sha256());
    progress.skip(there);
    if (there == file.size()) {
      return;
    }
    Sending rest =
        new Sending(
            OptionalLong.of(file.size() - there), () -> progress.content(open(file, there)));
    long now = api.sendBlob(parts.app(), file.sha256(), there, file.size(), rest.through(progress));
    if (now < file.size()) {
      throw new AgentUnreachable(
          new IOException(
              "the agent has " + now + " of " + file.size() + " bytes of " + file.path()));
    }
    patience.progressed(-1);
  }

  /** The content of one file from {@code offset} on. */
  private InputStream open(TreeEntry.File wanted, long offset) throws IOException {
    Content.Files files = parts.content(List.of(wanted)).open();
    try {
      for (Content.Item item = files.next(); item != null; item = files.next()) {
        boolean found =
            parts
                .tree()
                .file(item.path())
                .filter(file -> file.sha256().equals(wanted.sha256()))
                .isPresent();
        if (found) {
          item.content().skipNBytes(offset);
          return new Closing(item.content(), files);
        }
      }
    } catch (Rejected | EOFException e) {
      files.close();
      throw new IOException("the content of " + wanted.path() + " cannot be read: " + e, e);
    }
    files.close();
    throw new IOException("there is no " + wanted.path() + " in what was packed: pack again");
  }

  /** Whether asking again from the beginning can help. */
  static boolean mayHelp(ApiProblem problem) {
    String code = problem.problem().code();
    return problem.problem().retryable()
        || code.equals(ErrorCode.SESSION_UNKNOWN.wire())
        || code.equals(ErrorCode.BLOB_OFFSET.wire())
        || code.equals(ErrorCode.HTTP_LENGTH.wire());
  }

  private static final class Closing extends java.io.FilterInputStream {
    private final Content.Files files;

    Closing(InputStream in, Content.Files files) {
      super(in);
      this.files = files;
    }

    @Override
    public void close() throws IOException {
      files.close();
    }
  }
}
