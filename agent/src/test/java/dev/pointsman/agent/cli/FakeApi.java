package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Sent;
import dev.pointsman.agent.client.UploadBody;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.http.Json;
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
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An agent that answers from a script, and remembers what it was asked. */
final class FakeApi implements Api {
  final List<String> asked = new ArrayList<>();
  byte[] received = {};
  byte[] pack = {};
  byte[] blob = {};
  private final FakeTime time;
  private final Deque<Object> answers = new ArrayDeque<>();
  private int open;

  FakeApi(FakeTime time) {
    this.time = time;
  }

  /** What the next calls come to, in order: values, lists of events to stream, or exceptions. */
  FakeApi answering(Object... next) {
    answers.addAll(Arrays.asList(next));
    return this;
  }

  FakeApi opened() {
    open++;
    return this;
  }

  boolean isClosed() {
    return open == 0;
  }

  boolean isDone() {
    return answers.isEmpty();
  }

  private Object next(String question) throws ApiProblem, AgentUnreachable {
    asked.add(question);
    if (answers.isEmpty()) {
      throw new IllegalStateException("nobody expected: " + question);
    }
    return switch (answers.removeFirst()) {
      case ApiProblem problem -> throw problem;
      case AgentUnreachable away -> throw away;
      case RuntimeException bug -> throw bug;
      case Object value -> value;
    };
  }

  @SuppressWarnings("unchecked")
  private <T> Answer<T> answer(String question) throws ApiProblem, AgentUnreachable {
    Object value = next(question);
    return new Answer<>((T) value, Json.text(value));
  }

  @Override
  public Answer<List<AppResource>> apps() throws ApiProblem, AgentUnreachable {
    return answer("apps");
  }

  @Override
  public Answer<AppResource> app(String app) throws ApiProblem, AgentUnreachable {
    return answer("app " + app);
  }

  @Override
  public Answer<List<ReleaseResource>> releases(String app) throws ApiProblem, AgentUnreachable {
    return answer("releases " + app);
  }

  @Override
  public Answer<VerificationResource> verify(String app, String release)
      throws ApiProblem, AgentUnreachable {
    return answer("verify " + app + " " + release);
  }

  @Override
  public Sent send(Destination to, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable {
    received = read(body);
    if (received.length != body.length().orElse(-1)) {
      throw new IllegalStateException("the length is not what was said");
    }
    return sent("send " + words(to, ""), missing);
  }

  @Override
  public Sent sendPack(Destination to, boolean gzip, UploadBody body, Consumer<String> missing)
      throws ApiProblem, AgentUnreachable {
    pack = read(body);
    return sent("pack " + words(to, gzip ? " gzip" : ""), missing);
  }

  @Override
  public long blobOffset(String app, String sha256) throws ApiProblem, AgentUnreachable {
    return (Long) next("offset " + sha256);
  }

  @Override
  public long sendBlob(String app, String sha256, long offset, long total, UploadBody body)
      throws ApiProblem, AgentUnreachable {
    blob = read(body);
    return (Long) next("blob " + sha256 + " " + offset + " of " + total);
  }

  private static byte[] read(UploadBody body) throws AgentUnreachable {
    try (InputStream in = body.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AgentUnreachable(e);
    }
  }

  /** For the script: what an agent says is missing. */
  record Lacks(List<String> paths) {}

  private static String words(Destination to, String how) {
    return to.app() + " " + to.release() + how + (to.deploy() ? " deploy" : "");
  }

  private Sent sent(String question, Consumer<String> missing) throws ApiProblem, AgentUnreachable {
    Object value = next(question);
    if (value instanceof Lacks(List<String> paths)) {
      paths.forEach(missing);
      return new Sent.Missing(paths.size());
    }
    StagedResource staged = (StagedResource) value;
    return new Sent.Staged(new Answer<>(staged, Json.text(staged)));
  }

  @Override
  public Answer<DeploymentResource> deploy(String app, String release, Control.Overrides overrides)
      throws ApiProblem, AgentUnreachable {
    return answer(
        "deploy "
            + app
            + " "
            + release
            + (overrides.force() ? " force" : "")
            + (overrides.allowTainted() ? " allow-tainted" : ""));
  }

  @Override
  public Answer<PullResource> pull(
      String app, String release, String url, boolean deploy, boolean force)
      throws ApiProblem, AgentUnreachable {
    return answer(
        "pull "
            + app
            + " "
            + release
            + " "
            + url
            + (deploy ? " deploy" : "")
            + (force ? " force" : ""));
  }

  @Override
  public Answer<PullResource> pulled(String app, String release, Duration wait)
      throws ApiProblem, AgentUnreachable {
    time.pass(wait);
    return answer("pulled " + app + " " + release);
  }

  @Override
  public Answer<DeploymentResource> rollback(
      String app, @Nullable String release, boolean allowTainted)
      throws ApiProblem, AgentUnreachable {
    return answer("rollback " + app + " " + release + (allowTainted ? " allow-tainted" : ""));
  }

  @Override
  public Answer<DeploymentResource> order(String app, Control.Order order, boolean allowTainted)
      throws ApiProblem, AgentUnreachable {
    return answer(app + " " + order + (allowTainted ? " allow-tainted" : ""));
  }

  @Override
  public Answer<PlanResource> plan(String app, @Nullable String release)
      throws ApiProblem, AgentUnreachable {
    return answer("plan " + app + " " + release);
  }

  @Override
  public Answer<ReloadResource> reload(boolean apply) throws ApiProblem, AgentUnreachable {
    return answer("reload " + apply);
  }

  @Override
  public Answer<TrustResource> trust() throws ApiProblem, AgentUnreachable {
    return answer("trust");
  }

  @Override
  public Answer<TrustReport> judge(String app, byte[] manifest, Map<String, byte[]> signatures)
      throws ApiProblem, AgentUnreachable {
    return answer("judge " + app + " " + signatures.keySet());
  }

  @Override
  public Answer<SequenceResource> resetSequence(String app, long sequence, String reason)
      throws ApiProblem, AgentUnreachable {
    return answer("sequence " + app + " " + sequence + " " + reason);
  }

  @Override
  public Answer<ReleaseResource> pin(String app, String release, boolean pinned)
      throws ApiProblem, AgentUnreachable {
    return answer((pinned ? "pin " : "unpin ") + app + " " + release);
  }

  @Override
  public Answer<GarbageResource> collect(Control.Collecting how)
      throws ApiProblem, AgentUnreachable {
    return answer(how.toString());
  }

  @Override
  public Answer<AgentResource> agent() throws ApiProblem, AgentUnreachable {
    return answer("agent");
  }

  @Override
  public Answer<AgentResource> upgradeAgent() throws ApiProblem, AgentUnreachable {
    return answer("upgrade-agent");
  }

  /** Answers as an agent does: at the end of the wait, or at once where the deployment is over. */
  @Override
  public Answer<DeploymentResource> deployment(String id, Duration wait)
      throws ApiProblem, AgentUnreachable {
    Answer<DeploymentResource> answer = answer("deployment " + id);
    if (!answer.value().state().isOver()) {
      time.pass(wait);
    }
    return answer;
  }

  @Override
  public Answer<List<EventResource>> recentEvents(@Nullable String app, @Nullable String since)
      throws ApiProblem, AgentUnreachable {
    return answer("recent " + app + " " + since);
  }

  @Override
  public void events(
      @Nullable String app, @Nullable String since, Consumer<Answer<EventResource>> follower)
      throws ApiProblem, AgentUnreachable {
    Object value = next("events " + app + " " + since);
    for (Object event : (List<?>) value) {
      follower.accept(new Answer<>((EventResource) event, Json.text(event)));
    }
  }

  @Override
  public void logs(String app, Map<String, String> query, Consumer<Answer<LogLineResource>> reader)
      throws ApiProblem, AgentUnreachable {
    Object value = next("logs " + app + " " + new TreeMap<>(query));
    for (Object line : (List<?>) value) {
      reader.accept(new Answer<>((LogLineResource) line, Json.text(line)));
    }
  }

  @Override
  public void close() {
    open--;
  }
}
