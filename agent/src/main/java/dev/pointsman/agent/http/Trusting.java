package dev.pointsman.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.agent.access.Caller;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.trust.ReleaseTrust;
import io.vertx.core.Vertx;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The requests about who is trusted, and about the sequence numbers that were accepted. */
final class Trusting {
  /** A manifest and all its signatures, as base64. */
  static final int MAX_JUDGED = 320 << 10;

  private static final long MAX_SEQUENCE = (1L << 53) - 1;
  private static final int MAX_REASON = 500;

  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;

  Trusting(Vertx vertx, Control control, Blocking blocking) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
  }

  /** {@code GET /v1/trust}. */
  void list(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "trust",
        () -> {
          TrustResource trust = visible(exchange.caller(), control.trust());
          return () -> exchange.read(trust);
        });
  }

  /** Keys are public; what is about an app is for those who may see it. */
  private static TrustResource visible(Caller caller, TrustResource trust) {
    return new TrustResource(
        trust.problems(),
        trust.keys(),
        trust.apps().stream().filter(app -> caller.maySee(app.app())).toList());
  }

  /** {@code POST /v1/apps/APP/judgement}. */
  void judge(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(body, Set.of("manifest", "signatures"));
    byte[] manifest = bytes(request, "manifest");
    JsonNode listed = request.path("signatures");
    if (!listed.isObject() || listed.size() > ReleaseTrust.MAX_SIGNATURES) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID,
          "The value is not an object of at most " + ReleaseTrust.MAX_SIGNATURES + " files.",
          "signatures");
    }
    SortedMap<String, byte[]> signatures = new TreeMap<>();
    for (Map.Entry<String, JsonNode> signature : listed.properties()) {
      signatures.put(signature.getKey(), bytes(listed, signature.getKey()));
    }
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "judgement for " + app,
        () -> {
          TrustReport report = control.judge(app, manifest, signatures);
          return () -> exchange.json(200, report);
        });
  }

  private static byte[] bytes(JsonNode object, String key) throws Rejected {
    String text = Parse.text(object, key);
    try {
      return Base64.getDecoder().decode(text == null ? "" : text);
    } catch (IllegalArgumentException e) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The value is not base64.", key);
    }
  }

  /** {@code POST /v1/apps/APP/sequence}. */
  void reset(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(body, Set.of("sequence", "reason"));
    JsonNode number = request.path("sequence");
    if (!number.isIntegralNumber()
        || !number.canConvertToLong()
        || number.longValue() < 0
        || number.longValue() > MAX_SEQUENCE) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID, "The value is not an integer from 0 to 2^53-1.", "sequence");
    }
    String reason = Parse.text(request, "reason");
    if (reason == null
        || reason.isBlank()
        || reason.length() > MAX_REASON
        || reason.codePoints().anyMatch(Character::isISOControl)) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID,
          "Say why, on one line of at most " + MAX_REASON + " characters.",
          "reason");
    }
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "sequence of " + app,
        () -> {
          SequenceResource sequence =
              control.resetSequence(app, number.longValue(), reason, exchange.caller().name());
          return () -> exchange.json(200, sequence);
        });
  }
}
