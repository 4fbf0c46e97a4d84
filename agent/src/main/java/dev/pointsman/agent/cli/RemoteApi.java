package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Sent;
import dev.pointsman.agent.client.Target;
import dev.pointsman.agent.client.UploadBody;
import dev.pointsman.agent.http.Control;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A real agent, over its HTTP API. */
final class RemoteApi implements Api {
  private final ApiClient client;

  private RemoteApi(ApiClient client) {
    this.client = client;
  }

  static Api connect(Target target) {
    return new RemoteApi(ApiClient.connect(target));
  }

  /** A call that may find nobody. */
  private interface Call<T> {
    T run() throws ApiProblem, IOException, InterruptedException;
  }

  private static <T> T reached(Call<T> call)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    try {
      return call.run();
    } catch (IOException e) {
      throw new AgentUnreachable(e);
    }
  }

  @Override
  public Answer<List<AppResource>> apps()
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(client::apps);
  }

  @Override
  public Answer<AppResource> app(String app)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.app(app));
  }

  @Override
  public Answer<List<ReleaseResource>> releases(String app)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.releases(app));
  }

  @Override
  public Answer<VerificationResource> verify(String app, String release)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.verify(app, release));
  }

  @Override
  public Sent send(Destination to, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.send(to, body, missing));
  }

  @Override
  public Sent sendPack(Destination to, boolean gzip, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.sendPack(to, gzip, body, missing));
  }

  @Override
  public long blobOffset(String app, String sha256)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.blobOffset(app, sha256));
  }

  @Override
  public long sendBlob(String app, String sha256, long offset, long total, UploadBody body)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.sendBlob(app, sha256, offset, total, body));
  }

  @Override
  public Answer<DeploymentResource> deploy(String app, String release, Control.Overrides overrides)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.deploy(app, release, overrides));
  }

  @Override
  public Answer<PullResource> pull(
      String app, String release, String url, boolean deploy, boolean force)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.pull(app, release, url, deploy, force));
  }

  @Override
  public Answer<PullResource> pulled(String app, String release, Duration wait)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.pulled(app, release, wait));
  }

  @Override
  public Answer<TrustResource> trust() throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(client::trust);
  }

  @Override
  public Answer<TrustReport> judge(String app, byte[] manifest, Map<String, byte[]> signatures)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.judge(app, manifest, signatures));
  }

  @Override
  public Answer<SequenceResource> resetSequence(String app, long sequence, String reason)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.resetSequence(app, sequence, reason));
  }

  @Override
  public Answer<DeploymentResource> rollback(
      String app, @Nullable String release, boolean allowTainted)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.rollback(app, release, allowTainted));
  }

  @Override
  public Answer<DeploymentResource> order(String app, Control.Order order, boolean allowTainted)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.order(app, order, allowTainted));
  }

  @Override
  public Answer<PlanResource> plan(String app, @Nullable String release)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.plan(app, release));
  }

  @Override
  public Answer<ReloadResource> reload(boolean apply)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.reload(apply));
  }

  @Override
  public Answer<ReleaseResource> pin(String app, String release, boolean pinned)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.pin(app, release, pinned));
  }

  @Override
  public Answer<GarbageResource> collect(Control.Collecting how)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.collect(how));
  }

  @Override
  public Answer<AgentResource> agent() throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(client::agent);
  }

  @Override
  public Answer<AgentResource> upgradeAgent()
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(client::upgradeAgent);
  }

  @Override
  public Answer<DeploymentResource> deployment(String id, Duration wait)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.deployment(id, wait));
  }

  @Override
  public Answer<List<EventResource>> recentEvents(@Nullable String app, @Nullable String since)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    return reached(() -> client.recentEvents(app, since));
  }

  @Override
  public void events(
      @Nullable String app, @Nullable String since, Consumer<Answer<EventResource>> follower)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    reached(() -> {
      client.events(app, since, follower);
      return true;
    });
  }

  @Override
  public void logs(String app, Map<String, String> query, Consumer<Answer<LogLineResource>> reader)
      throws ApiProblem, AgentUnreachable, InterruptedException {
    reached(() -> {
      client.logs(app, query, reader);
      return true;
    });
  }

  @Override
  public void close() {
    client.close();
  }
}
