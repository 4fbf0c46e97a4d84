package dev.pointsman.agent.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.agent.AttackedAgent;
import java.util.stream.Stream;

/** Requests with a good token, for what that token is not for. */
final class ScopeAttacks {
  private static final String WEB = "/v1/apps/web";
  private static final String DIGEST =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  private static final String DEPLOY = "{\"release\": \"r1\"}";

  private ScopeAttacks() {}

  static Stream<RequestAttack> requests() {
    return Stream.of(ofTheHost(), ofAnotherApp(), ofMoreThanRead(), ofMoreThanDeploy())
        .flatMap(rows -> rows);
  }

  private static RequestAttack row(String expected, String token, String request, String body) {
    return new RequestAttack(
        expected,
        request + " by " + name(token),
        _ ->
            RawHttp.request(
                body.getBytes(UTF_8),
                request + " HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Authorization: Bearer " + token,
                "Content-Type: application/json",
                "Content-Length: " + body.length()));
  }

  private static String name(String token) {
    if (token.equals(AttackedAgent.CI)) {
      return "one who deploys";
    }
    if (token.equals(AttackedAgent.READER)) {
      return "one who reads";
    }
    return token.equals(AttackedAgent.SHOP)
        ? "one who deploys another app"
        : "one who administers another app";
  }

  private static RequestAttack no(String token, String request, String body) {
    return row("403 auth.scope", token, request, body);
  }

  /** An administrator of one app is none of the host. */
  private static Stream<RequestAttack> ofTheHost() {
    return Stream.of(
        no(AttackedAgent.SHOP_ADMIN, "POST /v1/gc", "{}"),
        no(AttackedAgent.SHOP_ADMIN, "POST /v1/gc", "{\"now\": true, \"scrub\": true}"),
        no(AttackedAgent.SHOP_ADMIN, "GET /metrics", ""),
        no(AttackedAgent.CI, "POST /v1/gc", "{\"dryRun\": true}"),
        no(AttackedAgent.READER, "GET /metrics", ""));
  }

  private static Stream<RequestAttack> ofAnotherApp() {
    return Stream.of(AttackedAgent.SHOP, AttackedAgent.SHOP_ADMIN)
        .flatMap(token ->
            Stream.of(
                no(token, "GET " + WEB, ""),
                no(token, "GET " + WEB + "/releases", ""),
                no(token, "GET " + WEB + "/releases/r1", ""),
                no(token, "GET " + WEB + "/releases/r1/files", ""),
                no(token, "GET " + WEB + "/releases/r1/missing", ""),
                no(token, "GET " + WEB + "/releases/r1/pull", ""),
                no(token, "GET " + WEB + "/deployments", ""),
                no(token, "GET /v1/deployments/web-1", ""),
                no(token, "GET /v1/events?app=web", ""),
                no(token, "POST " + WEB + "/releases/r1/verify", ""),
                no(token, "PUT " + WEB + "/releases/r1/pin", ""),
                no(token, "DELETE " + WEB + "/releases/r1/pin", ""),
                no(token, "DELETE " + WEB + "/releases/r1/session", ""),
                no(token, "PUT " + WEB + "/blobs/" + DIGEST, "hello"),
                no(token, "PUT /v1/apps/shop/../web/blobs/" + DIGEST, "hello"),
                no(token, "POST " + WEB + "/deployments", DEPLOY),
                no(token, "POST " + WEB + "/rollback", ""),
                no(token, "POST " + WEB + "/releases", "{}"),
                no(token, "POST " + WEB + "/judgement", "{}"),
                no(token, "POST " + WEB + "/sequence", "{}")));
  }

  private static Stream<RequestAttack> ofMoreThanRead() {
    return Stream.of(
        no(AttackedAgent.READER, "POST " + WEB + "/releases/r1/verify", ""),
        no(AttackedAgent.READER, "PUT " + WEB + "/releases/r1/pin", ""),
        no(AttackedAgent.READER, "DELETE " + WEB + "/releases/r1/session", ""),
        no(AttackedAgent.READER, "PUT " + WEB + "/blobs/" + DIGEST, "hello"),
        no(AttackedAgent.READER, "POST " + WEB + "/deployments", DEPLOY),
        no(AttackedAgent.READER, "POST " + WEB + "/rollback", ""),
        no(AttackedAgent.READER, "POST " + WEB + "/releases", "{}"),
        no(AttackedAgent.READER, "POST " + WEB + "/sequence", "{}"));
  }

  private static Stream<RequestAttack> ofMoreThanDeploy() {
    String url = "\"url\": \"http://169.254.169.254/latest/meta-data\"";
    return Stream.of(
        no(AttackedAgent.CI, "POST " + WEB + "/sequence", "{\"sequence\": 0, \"reason\": \"x\"}"),
        no(
            AttackedAgent.CI,
            "POST " + WEB + "/deployments",
            "{\"release\": \"r1\", \"force\": true}"),
        no(
            AttackedAgent.CI,
            "POST " + WEB + "/deployments",
            "{\"release\": \"r1\", \"allow_tainted\": true}"),
        no(
            AttackedAgent.CI,
            "POST " + WEB + "/deployments",
            "{\"release\": \"r2\", \"force\": true, " + url + "}"),
        no(AttackedAgent.CI, "POST " + WEB + "/rollback", "{\"allow_tainted\": true}"),
        row(
            "403 pull.forbidden",
            AttackedAgent.CI,
            "POST " + WEB + "/releases",
            "{\"release\": \"r2\", " + url + "}"),
        row(
            "400 request.invalid",
            AttackedAgent.CI,
            "PUT " + WEB + "/blobs/" + DIGEST.toUpperCase(java.util.Locale.ROOT),
            "hello"),
        row("404 session.unknown", AttackedAgent.CI, "PUT " + WEB + "/blobs/" + DIGEST, "hello"),
        row("404 session.unknown", AttackedAgent.CI, "DELETE " + WEB + "/releases/r2/session", ""));
  }
}
