package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Sent;
import dev.pointsman.agent.pack.BundleDirectory;
import dev.pointsman.agent.pack.OuterTar;
import dev.pointsman.protocol.api.StagedResource;
import java.io.IOException;
import java.util.OptionalLong;

/** Sends the whole bundle in one request; again from its beginning where that broke. One thread. */
record WholePush(
    Api api, BundleDirectory bundle, boolean deploy, UploadProgress progress, Patience patience) {
  static Destination destination(BundleDirectory bundle, boolean deploy) {
    return new Destination(
        bundle.manifest().app().value(), bundle.manifest().release().value(), deploy);
  }

  Answer<StagedResource> run() throws ApiProblem, IOException, InterruptedException {
    OuterTar tar = bundle.tar();
    Sending whole = new Sending(OptionalLong.of(tar.length()), () -> progress.content(tar.open()));
    Destination to = destination(bundle, deploy);
    while (true) {
      progress.expect(tar.length());
      long before = progress.sent();
      try {
        return switch (api.send(to, whole.through(progress), _ -> {})) {
          case Sent.Staged(Answer<StagedResource> answer) -> answer;
          case Sent.Missing(int files) ->
              throw new IOException(
                  bundle.payload().isEmpty()
                      ? "the bundle has no payload: say with --tree which directory was packed"
                      : "the agent lacks " + files + " files of the payload: pack again");
        };
      } catch (AgentUnreachable e) {
        IOException ours = progress.failure();
        if (ours != null) {
          throw ours;
        }
        if (progress.sent() > before) {
          patience.progressed(Integer.MAX_VALUE); // It has answered; that is no progress yet.
        }
        patience.after(e);
      } catch (ApiProblem e) {
        patience.after(e);
      }
    }
  }
}
