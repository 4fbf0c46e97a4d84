package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Sent;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the commands ask of an agent. Every call blocks; one thread. */
interface Api extends AutoCloseable {
  Answer<List<AppResource>> apps() throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<AppResource> app(String app) throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<List<ReleaseResource>> releases(String app)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Has the host read all of a release. */
  Answer<VerificationResource> verify(String app, String release)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Sends a bundle, or its envelope alone; {@code missing} is told what is still to be sent. */
  Sent send(Destination to, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Sends files that are missing, as a tar; {@code missing} as above. */
  Sent sendPack(Destination to, boolean gzip, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** How much of a large file is on the host. */
  long blobOffset(String app, String sha256)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Sends what follows {@code offset} of a file; returns how much is there then. */
  long sendBlob(String app, String sha256, long offset, long total, UploadBody body)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<DeploymentResource> deploy(String app, String release, Control.Overrides overrides)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Has the agent fetch a release, and deploy it where asked. */
  Answer<PullResource> pull(String app, String release, String url, boolean deploy, boolean force)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** How far that is, when it is over or {@code wait} has passed. */
  Answer<PullResource> pulled(String app, String release, Duration wait)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<DeploymentResource> rollback(String app, @Nullable String release, boolean allowTainted)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<PlanResource> plan(String app, @Nullable String release)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<ReloadResource> reload(boolean apply)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<DeploymentResource> order(String app, Control.Order order, boolean allowTainted)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<TrustResource> trust() throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<TrustReport> judge(String app, byte[] manifest, Map<String, byte[]> signatures)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<SequenceResource> resetSequence(String app, long sequence, String reason)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<ReleaseResource> pin(String app, String release, boolean pinned)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  Answer<GarbageResource> collect(Control.Collecting how)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** The agent that answers. */
  Answer<AgentResource> agent() throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Has it become what is installed now; returns when that begins. */
  Answer<AgentResource> upgradeAgent() throws ApiProblem, AgentUnreachable, InterruptedException;

  /** One deployment, when it is over or {@code wait} has passed. */
  Answer<DeploymentResource> deployment(String id, Duration wait)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** The kept events after {@code since}, oldest first. */
  Answer<List<EventResource>> recentEvents(@Nullable String app, @Nullable String since)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Hands over every event after {@code since} until the agent ends the stream. */
  void events(
      @Nullable String app, @Nullable String since, Consumer<Answer<EventResource>> follower)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  /** Hands over the lines that {@code query} asks for; endless where it says so. */
  void logs(String app, Map<String, String> query, Consumer<Answer<LogLineResource>> reader)
      throws ApiProblem, AgentUnreachable, InterruptedException;

  @Override
  void close();
}
