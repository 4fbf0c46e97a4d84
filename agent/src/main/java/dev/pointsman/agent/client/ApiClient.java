package dev.pointsman.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.agent.http.BodyStream;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.http.Json;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.ProblemResource;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.http.HttpMethod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API as blocking calls; one thread at a time.
 *
 * <p>Every call throws {@link ApiProblem} where the agent refused or failed and said so, and {@link
 * IOException} in words for a person where no agent was reached or understood.
 */
public final class ApiClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration COLLECTING = Duration.ofMinutes(10);
  private static final Duration UPGRADING = Duration.ofSeconds(90);
  private static final Duration STAGING = Duration.ofMinutes(30);

  private final Target target;
  private final ClientLink link;

  private ApiClient(Target target) {
    this.target = target;
    this.link = new ClientLink(target);
  }

  /** A client for {@code target}; nothing is sent before the first call. */
  public static ApiClient connect(Target target) {
    return new ApiClient(target);
  }

  /** Every app that the caller may see. */
  public Answer<List<AppResource>> apps() throws ApiProblem, IOException, InterruptedException {
    return list(get("/v1/apps", PATIENCE), "apps", AppResource.class);
  }

  /** One app. */
  public Answer<AppResource> app(String app) throws ApiProblem, IOException, InterruptedException {
    return one(get("/v1/apps/" + part(app), PATIENCE), AppResource.class);
  }

  /** The app's releases on the host, newest first. */
  public Answer<List<ReleaseResource>> releases(String app)
      throws ApiProblem, IOException, InterruptedException {
    return list(
        get("/v1/apps/" + part(app) + "/releases", PATIENCE), "releases", ReleaseResource.class);
  }

  /** The app's last deployments, newest first. */
  public Answer<List<DeploymentResource>> deployments(String app)
      throws ApiProblem, IOException, InterruptedException {
    return list(
        get("/v1/apps/" + part(app) + "/deployments", PATIENCE),
        "deployments",
        DeploymentResource.class);
  }

  /** Sends a whole bundle. */
  public Answer<StagedResource> push(Destination to, UploadBody body)
      throws ApiProblem, IOException, InterruptedException {
    return switch (send(to, body, _ -> {})) {
      case Sent.Staged(Answer<StagedResource> answer) -> answer;
      case Sent.Missing(int files) ->
          throw new IOException(target + " still lacks " + files + " files of the whole bundle");
    };
  }

  /**
   * Sends a bundle, or its envelope alone.
   *
   * @param missing is told what is to be sent, as {@code ./path}; maybe on another thread, but
   *     before this returns
   */
  public Sent send(Destination to, UploadBody body, Consumer<String> missing)
      throws ApiProblem, IOException, InterruptedException {
    return send(release(to, ""), BundleReader.MEDIA_TYPE, body, missing);
  }

  /** Sends files that are missing, as a tar; {@code missing} is told what is still missing then. */
  public Sent sendPack(Destination to, boolean gzip, UploadBody body, Consumer<String> missing)
      throws ApiProblem, IOException, InterruptedException {
    String type = gzip ? "application/gzip" : "application/x-tar";
    return send(release(to, "/pack"), type, body, missing);
  }

  private Sent send(String uri, String type, UploadBody body, Consumer<String> missing)
      throws ApiProblem, IOException, InterruptedException {
    MissingLines lines = new MissingLines(missing);
    ClientLink.Reply reply = link.upload(uri, typed(type), body, STAGING, lines);
    return reply.status() == 202
        ? new Sent.Missing(lines.finish())
        : new Sent.Staged(one(reply, StagedResource.class));
  }

  /** How much of a large file is on the host. */
  public long blobOffset(String app, String sha256)
      throws ApiProblem, IOException, InterruptedException {
    ClientLink.Reply reply =
        link.call(HttpMethod.HEAD, blob(app, sha256), Map.of(), null, PATIENCE);
    if (reply.status() == 404) {
      ProblemResource problem =
          ProblemResource.of(
              ErrorCode.SESSION_UNKNOWN, "No open session lacks the file " + sha256 + ".", null);
      throw new ApiProblem(problem, Json.text(problem));
    }
    return offset(reply);
  }

  /**
   * Sends what follows {@code offset} of a file of {@code total} bytes; returns how much is there
   * then.
   */
  public long sendBlob(String app, String sha256, long offset, long total, UploadBody body)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, String> headers = new LinkedHashMap<>(typed("application/octet-stream"));
    headers.put("Content-Range", "bytes " + offset + "-" + (total - 1) + "/" + total);
    return offset(
        link.upload(blob(app, sha256), headers, body, STAGING, new MissingLines(_ -> {})));
  }

  private long offset(ClientLink.Reply reply) throws ApiProblem, IOException {
    String offset = reply.header().apply("Upload-Offset");
    if (reply.status() >= 300 || offset == null || !offset.matches("[0-9]{1,16}")) {
      throw problem(reply);
    }
    return Long.parseLong(offset);
  }

  private static Map<String, String> typed(String type) {
    return Map.of("Content-Type", type, "Accept", "application/json");
  }

  private static String release(Destination to, String below) {
    return release(to.app(), to.release(), below) + (to.deploy() ? "?deploy=true" : "");
  }

  private static String release(String app, String release, String below) {
    return "/v1/apps/" + part(app) + "/releases/" + part(release) + below;
  }

  private static String blob(String app, String sha256) {
    return "/v1/apps/" + part(app) + "/blobs/" + part(sha256);
  }

  /** Has the agent read all of a release; blocks as long as that takes. */
  public Answer<VerificationResource> verify(String app, String release)
      throws ApiProblem, IOException, InterruptedException {
    String uri = "/v1/apps/" + part(app) + "/releases/" + part(release) + "/verify";
    return one(
        link.call(HttpMethod.POST, uri, Map.of("Accept", "application/json"), null, STAGING),
        VerificationResource.class);
  }

  /** Asks for a staged release to be deployed; returns at once. */
  public Answer<DeploymentResource> deploy(String app, String release, Control.Overrides overrides)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("release", release);
    body.put("force", overrides.force());
    if (overrides.allowTainted()) {
      body.put("allow_tainted", true);
    }
    return ask("/v1/apps/" + part(app) + "/deployments", body);
  }

  /** Has the agent fetch a release; {@code deploy} asks for its deployment once it is staged. */
  public Answer<PullResource> pull(
      String app, String release, String url, boolean deploy, boolean force)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("release", release);
    body.put("url", url);
    if (deploy) {
      body.put("force", force);
    }
    return one(
        once("/v1/apps/" + part(app) + (deploy ? "/deployments" : "/releases"), body),
        PullResource.class);
  }

  /** How far the agent is with fetching a release, when it is over or {@code wait} has passed. */
  public Answer<PullResource> pulled(String app, String release, Duration wait)
      throws ApiProblem, IOException, InterruptedException {
    String query = wait.isPositive() ? "?wait=" + wait.toMillis() + "ms" : "";
    return one(
        get(release(app, release, "/pull") + query, PATIENCE.plus(wait)), PullResource.class);
  }

  /** Asks to go back, to {@code release} or to the last good one; returns at once. */
  public Answer<DeploymentResource> rollback(
      String app, @Nullable String release, boolean allowTainted)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    if (release != null) {
      body.put("release", release);
    }
    if (allowTainted) {
      body.put("allow_tainted", true);
    }
    return ask("/v1/apps/" + part(app) + "/rollback", body);
  }

  /** Asks for something to be done with the app's workers; returns at once. */
  public Answer<DeploymentResource> order(String app, Control.Order order, boolean allowTainted)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    String verb =
        switch (order) {
          case Control.Order.Restart(Integer slot) -> {
            if (slot != null) {
              body.put("slot", slot);
            }
            yield "restart";
          }
          case Control.Order.Scale(int instances) -> {
            body.put("instances", instances);
            yield "scale";
          }
          case Control.Order.Stop _ -> "stop";
          case Control.Order.Start(ReleaseId release) -> {
            if (release != null) {
              body.put("release", release.value());
            }
            if (allowTainted) {
              body.put("allow_tainted", true);
            }
            yield "start";
          }
        };
    return ask("/v1/apps/" + part(app) + "/" + verb, body);
  }

  /** What a deployment would do; null: of the release that runs. */
  public Answer<PlanResource> plan(String app, @Nullable String release)
      throws ApiProblem, IOException, InterruptedException {
    String query = release == null ? "" : "?release=" + part(release);
    return one(get("/v1/apps/" + part(app) + "/plan" + query, PATIENCE), PlanResource.class);
  }

  /** Has the agent read its configuration again, and deploy what that changed. */
  public Answer<ReloadResource> reload(boolean apply)
      throws ApiProblem, IOException, InterruptedException {
    return one(post("/v1/reload", Map.of("apply", apply)), ReloadResource.class);
  }

  /** Who is trusted on the host. */
  public Answer<TrustResource> trust() throws ApiProblem, IOException, InterruptedException {
    return one(get("/v1/trust", PATIENCE), TrustResource.class);
  }

  /** What the host would say to a manifest with these signatures, by file name. */
  public Answer<TrustReport> judge(String app, byte[] manifest, Map<String, byte[]> signatures)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("manifest", manifest); // As base64.
    body.put("signatures", signatures);
    return one(post("/v1/apps/" + part(app) + "/judgement", body), TrustReport.class);
  }

  /** Sets the highest accepted sequence number. */
  public Answer<SequenceResource> resetSequence(String app, long sequence, String reason)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("sequence", sequence);
    body.put("reason", reason);
    return one(post("/v1/apps/" + part(app) + "/sequence", body), SequenceResource.class);
  }

  private ClientLink.Reply post(String uri, Map<String, Object> body)
      throws IOException, InterruptedException {
    return link.call(
        HttpMethod.POST, uri, Map.of("Accept", "application/json"), Json.text(body), PATIENCE);
  }

  /** Keeps a release from retention, or no longer. */
  public Answer<ReleaseResource> pin(String app, String release, boolean pinned)
      throws ApiProblem, IOException, InterruptedException {
    return one(
        link.call(
            pinned ? HttpMethod.PUT : HttpMethod.DELETE,
            "/v1/apps/" + part(app) + "/releases/" + part(release) + "/pin",
            Map.of("Accept", "application/json"),
            null,
            PATIENCE),
        ReleaseResource.class);
  }

  /** The agent that answers. */
  public Answer<AgentResource> agent() throws ApiProblem, IOException, InterruptedException {
    return one(get("/v1/agent", PATIENCE), AgentResource.class);
  }

  /** Has the agent become what is installed now; returns when that was tried and begins. */
  public Answer<AgentResource> upgradeAgent() throws ApiProblem, IOException, InterruptedException {
    return one(
        link.call(
            HttpMethod.POST,
            "/v1/agent/upgrade",
            Map.of("Accept", "application/json"),
            null,
            UPGRADING),
        AgentResource.class);
  }

  /** Collects garbage on the host, and returns when that is done. */
  public Answer<GarbageResource> collect(Control.Collecting how)
      throws ApiProblem, IOException, InterruptedException {
    Map<String, Object> body =
        Map.of("dryRun", how.dryRun(), "now", how.now(), "scrub", how.scrub());
    return one(
        link.call(
            HttpMethod.POST,
            "/v1/gc",
            Map.of("Accept", "application/json"),
            Json.text(body),
            COLLECTING),
        GarbageResource.class);
  }

  /** One deployment, when it is over or {@code wait} (at most 60 s) has passed. */
  public Answer<DeploymentResource> deployment(String id, Duration wait)
      throws ApiProblem, IOException, InterruptedException {
    String query = wait.isPositive() ? "?wait=" + wait.toMillis() + "ms" : "";
    return one(
        get("/v1/deployments/" + part(id) + query, PATIENCE.plus(wait)), DeploymentResource.class);
  }

  /** The kept events after {@code since} (all kept ones for null), oldest first. */
  public Answer<List<EventResource>> recentEvents(@Nullable String app, @Nullable String since)
      throws ApiProblem, IOException, InterruptedException {
    return list(get(events(app, since), PATIENCE), "events", EventResource.class);
  }

  /**
   * Hands every event after {@code since} (from now on for null) to {@code follower}, on this
   * thread, until the agent ends the stream or another thread closes this client.
   *
   * @throws IOException where the connection broke: go on from the last event's id
   */
  public void events(
      @Nullable String app, @Nullable String since, Consumer<Answer<EventResource>> follower)
      throws ApiProblem, IOException, InterruptedException {
    ClientLink.Streamed answer =
        link.stream(events(app, since), Map.of("Accept", "text/event-stream"));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(body(answer), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: ")) {
        String json = line.substring("data: ".length());
        follower.accept(new Answer<>(parse(json, EventResource.class), json));
      }
    }
  }

  /**
   * Hands the lines that {@code query} asks for to {@code reader}, on this thread; with {@code
   * follow=true} in it until the agent ends the stream or another thread closes this client.
   *
   * @throws IOException where the connection broke
   */
  public void logs(String app, Map<String, String> query, Consumer<Answer<LogLineResource>> reader)
      throws ApiProblem, IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    query.forEach((key, value) -> words.add(key + "=" + part(value)));
    String uri = "/v1/apps/" + part(app) + "/logs?" + String.join("&", words);
    ClientLink.Streamed answer = link.stream(uri, Map.of("Accept", "application/x-ndjson"));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(body(answer), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      reader.accept(new Answer<>(parse(line, LogLineResource.class), line));
    }
  }

  private BodyStream body(ClientLink.Streamed answer) throws ApiProblem, IOException {
    BodyStream body = answer.body();
    if (body == null) {
      ClientLink.Reply refusal = answer.refusal();
      throw problem(refusal == null ? new ClientLink.Reply(500, "", null, "", _ -> null) : refusal);
    }
    return body;
  }

  private static String events(@Nullable String app, @Nullable String since) {
    List<String> query = new ArrayList<>();
    if (app != null) {
      query.add("app=" + part(app));
    }
    if (since != null) {
      query.add("since=" + part(since));
    }
    return "/v1/events" + (query.isEmpty() ? "" : "?" + String.join("&", query));
  }

  private ClientLink.Reply get(String uri, Duration patience)
      throws IOException, InterruptedException {
    return link.call(HttpMethod.GET, uri, Map.of("Accept", "application/json"), null, patience);
  }

  private Answer<DeploymentResource> ask(String uri, Map<String, Object> body)
      throws ApiProblem, IOException, InterruptedException {
    return one(once(uri, body), DeploymentResource.class);
  }

  /** With a key of its own: whatever repeats the request on its way begins nothing twice. */
  private ClientLink.Reply once(String uri, Map<String, Object> body)
      throws IOException, InterruptedException {
    Map<String, String> headers =
        Map.of("Accept", "application/json", "Idempotency-Key", UUID.randomUUID().toString());
    return link.call(HttpMethod.POST, uri, headers, Json.text(body), PATIENCE);
  }

  private <T> Answer<T> one(ClientLink.Reply reply, Class<T> type) throws ApiProblem, IOException {
    if (reply.status() >= 300) {
      throw problem(reply);
    }
    return new Answer<>(parse(reply.text(), type), reply.text());
  }

  private <T> Answer<List<T>> list(ClientLink.Reply reply, String key, Class<T> type)
      throws ApiProblem, IOException {
    if (reply.status() >= 300) {
      throw problem(reply);
    }
    List<T> values = new ArrayList<>();
    for (JsonNode node : parse(reply.text(), JsonNode.class).path(key)) {
      values.add(parse(node.toString(), type));
    }
    return new Answer<>(List.copyOf(values), reply.text());
  }

  private <T> T parse(String json, Class<T> type) throws IOException {
    try {
      return Json.read(json, type);
    } catch (IOException e) {
      throw new IOException(
          "the answer of " + target + " is not understood; is it a newer agent? " + e.getMessage(),
          e);
    }
  }

  private ApiProblem problem(ClientLink.Reply reply) throws IOException {
    String type = reply.type();
    if (type != null && type.startsWith("application/problem+json")) {
      return new ApiProblem(parse(reply.text(), ProblemResource.class), reply.text());
    }
    throw new IOException(
        target
            + " answered "
            + reply.status()
            + " "
            + reply.reason()
            + ", and not as an agent does: is that its address, or is a proxy between?");
  }

  private static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    link.close();
  }
}
