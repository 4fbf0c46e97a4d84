package dev.pointsman.agent.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.pointsman.agent.AttackedAgent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Requests that are not allowed, or whose length can be understood in two ways. */
final class TransportAttacks {
  private static final String BUNDLE_TYPE = "application/vnd.pointsman.bundle.v1+tar";

  private static final String FRAMING = "400 http.framing";

  private TransportAttacks() {}

  static Stream<RequestAttack> requests() {
    return Stream.of(tokens(), addresses(), framing(), oddities(), ScopeAttacks.requests())
        .flatMap(rows -> rows);
  }

  private static RequestAttack row(String expected, String what, BundleAttack.Making making) {
    return new RequestAttack(expected, what, making);
  }

  /** A good bundle, sent to {@code path}. */
  private static RequestAttack to(String expected, String path) {
    return row(expected, path, ci -> RawHttp.put(path, AttackedAgent.CI, good(ci)));
  }

  /** A good bundle after these lines, which are the whole head. */
  private static RequestAttack head(String expected, String what, String... lines) {
    return row(expected, what, ci -> RawHttp.request(good(ci), lines));
  }

  /** A good bundle with these lines beside the ordinary ones. */
  private static RequestAttack with(String expected, String what, String... lines) {
    return row(
        expected,
        what,
        ci -> RawHttp.put(AttackTableTest.RELEASE, AttackedAgent.CI, good(ci), lines));
  }

  private static byte[] good(SoftwareKey ci) throws Exception {
    return StatementAttacks.signed(StatementAttacks.second(TestBundle.archive()), ci);
  }

  private static String[] lines(String first, String... more) {
    List<String> lines = new ArrayList<>(List.of(first, "Host: localhost", "Connection: close"));
    lines.addAll(List.of(more));
    return lines.toArray(String[]::new);
  }

  private static final String PUT = "PUT " + AttackTableTest.RELEASE + " HTTP/1.1";
  private static final String AUTHORIZED = "Authorization: Bearer " + AttackedAgent.CI;
  private static final String TYPED = "Content-Type: " + BUNDLE_TYPE;

  private static Stream<RequestAttack> tokens() {
    return Stream.of(
        head("401 auth.missing", "no token", lines(PUT, TYPED, "Content-Length: 99")),
        by("401 auth.invalid", "another token", "pm_" + "x".repeat(43)),
        by("401 auth.invalid", "a token with a space after it and more", AttackedAgent.CI + " x"),
        by("401 auth.invalid", "a token that is a digest", "0".repeat(64)),
        by("401 auth.invalid", "half a token", AttackedAgent.CI.substring(0, 20)),
        by("403 auth.scope", "a token to read", AttackedAgent.READER),
        by("403 auth.scope", "a token of another app", AttackedAgent.SHOP),
        head(
            "401 auth.invalid",
            "basic credentials",
            lines(PUT, TYPED, "Authorization: Basic Y2k6Y2k=", "Content-Length: 99")),
        head(
            "401 auth.invalid",
            "two tokens",
            lines(PUT, TYPED, "Authorization: Bearer x", AUTHORIZED, "Content-Length: 99")),
        head(
            "401 auth.missing",
            "the token in the query",
            lines(
                "PUT "
                    + AttackTableTest.RELEASE
                    + "?access_token="
                    + AttackedAgent.CI
                    + " HTTP/1.1",
                TYPED,
                "Content-Length: 99")));
  }

  private static RequestAttack by(String expected, String what, String token) {
    return row(expected, what, ci -> RawHttp.put(AttackTableTest.RELEASE, token, good(ci)));
  }

  private static Stream<RequestAttack> addresses() {
    String releases = "/v1/apps/web/releases/";
    return Stream.of(
        to("404 app.unknown", "/v1/apps/Web/releases/r2"),
        to("404 app.unknown", "/v1/apps/%77eb%00/releases/r2"),
        to("404 app.unknown", "/v1/apps/..%2fweb/releases/r2"),
        to("404 app.unknown", "/v1/apps/%252e%252e/releases/r2"),
        to("404 app.unknown", "/v1/apps/w%C3%A9b/releases/r2"),
        to("404 app.unknown", "/v1/apps/-web/releases/r2"),
        to("403 auth.scope", "/v1/apps/shop/releases/r2"),
        to("403 auth.scope", "/v1/apps/web/../shop/releases/r2"),
        to("404 not-found", "/v1/apps/web/releases/r2/../../../../etc"),
        to("400 request.invalid", releases + "current"),
        to("400 request.invalid", releases + "store"),
        to("400 request.invalid", releases + ".st-x"),
        to("400 request.invalid", releases + "a..b"),
        to("400 request.invalid", releases + "..%2f..%2fevil"),
        to("400 request.invalid", releases + "%2e%2e%2fevil"),
        to("400 request.invalid", releases + "r2%00"),
        to("400 request.invalid", releases + "r2%0d%0aSet-Cookie:%20x=1"),
        to("400 request.invalid", releases + "r%202"),
        to("400 request.invalid", releases + "r2%5c..%5cx"),
        to("400 request.invalid", releases + "r\u00e9"),
        to("400 request.invalid", releases + "x".repeat(81)),
        to("400 request.invalid", releases + "r2?deploy=yes"),
        to("400 request.invalid", releases + "r2?deploy=true&deploy=false"),
        to("400 request.invalid", releases + "r2?depoly=true"),
        to("405 method-not-allowed", "/v1/apps/web/releases"),
        row("405 method-not-allowed", "another method", ci -> as("POST", ci)),
        row("405 method-not-allowed", "a method that nobody knows", ci -> as("BREW", ci)),
        row("405 method-not-allowed", "a method of another case", ci -> as("put", ci)));
  }

  private static byte[] as(String method, SoftwareKey ci) throws Exception {
    byte[] put = RawHttp.put(AttackTableTest.RELEASE, AttackedAgent.CI, good(ci));
    byte[] rest = Arrays.copyOfRange(put, 3, put.length);
    return new TarBytes().raw(method.getBytes(US_ASCII)).raw(rest).cut();
  }

  private static Stream<RequestAttack> framing() {
    return Stream.of(
        with(FRAMING, "both lengths", "Content-Length: 5", "Transfer-Encoding: chunked"),
        with(FRAMING, "two lengths that differ", "Content-Length: 5", "Content-Length: 6"),
        with(FRAMING, "two lengths in one line", "Content-Length: 5, 6"),
        with(FRAMING, "a negative length", "Content-Length: -1"),
        with(FRAMING, "a length with a sign", "Content-Length: +5"),
        with(FRAMING, "a length in hexadecimal", "Content-Length: 0x5"),
        with(FRAMING, "a length of no end", "Content-Length: " + "9".repeat(40)),
        with(FRAMING, "chunked and something else", "Transfer-Encoding: chunked, gzip"),
        with(FRAMING, "gzip as transfer encoding", "Transfer-Encoding: gzip"),
        with(FRAMING, "chunked twice", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        with(
            "400 request.invalid",
            "chunked after a vertical tab",
            "Transfer-Encoding: \u000bchunked"),
        chunks(FRAMING, "a chunk of no size", "zz\r\nhello\r\n0\r\n\r\n"),
        chunks(FRAMING, "a chunk that is longer than its size", "5\r\nhelloXX\r\n0\r\n\r\n"),
        chunks(FRAMING, "a chunk of negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        chunks(FRAMING, "a chunk beyond all numbers", "f".repeat(17) + "\r\nhello\r\n0\r\n\r\n"),
        chunks("422 tar.truncated", "chunk extensions", "5;x=y\r\nhello\r\n0\r\n\r\n"),
        chunks("422 tar.truncated", "trailers", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
        head("400 http.length", "no body", lines(PUT, AUTHORIZED, TYPED)),
        head(
            "400 http.length",
            "a body of no length",
            lines(PUT, AUTHORIZED, TYPED, "Content-Length: 0")));
  }

  private static RequestAttack chunks(String expected, String what, String body) {
    return row(
        expected,
        what,
        _ ->
            RawHttp.request(
                body.getBytes(US_ASCII),
                lines(PUT, AUTHORIZED, TYPED, "Transfer-Encoding: chunked")));
  }

  private static Stream<RequestAttack> oddities() {
    return Stream.of(
        head(
            "415 content.type",
            "another type",
            lines(PUT, AUTHORIZED, "Content-Type: text/plain", "Content-Length: 99")),
        head("415 content.type", "no type", lines(PUT, AUTHORIZED, "Content-Length: 99")),
        head(
            "415 content.type",
            "a form",
            lines(
                PUT,
                AUTHORIZED,
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Length: 99")),
        head(
            "400 request.invalid",
            "a header without a colon",
            lines(PUT, AUTHORIZED, TYPED, "nonsense", "Content-Length: 99")),
        head(
            FRAMING,
            "a space before the colon",
            lines(PUT, AUTHORIZED, TYPED, "Content-Length : 99")),
        head(
            "400 request.invalid",
            "a control character in a header",
            lines(PUT, AUTHORIZED, TYPED, "X-A: b\u0001c", "Content-Length: 99")),
        head(
            "400 request.invalid",
            "a lone CR in a header",
            lines(PUT, AUTHORIZED, TYPED, "X-A: b\rX-B: c", "Content-Length: 99")),
        head(
            "400 request.invalid",
            "a huge header",
            lines(PUT, AUTHORIZED, TYPED, "X-A: " + "x".repeat(20_000), "Content-Length: 99")),
        head(
            "400 request.invalid",
            "a huge address",
            lines("PUT /" + "x".repeat(20_000) + " HTTP/1.1")),
        head("400 request.invalid", "headers without end", many()),
        head(
            "400 request.invalid",
            "an address with a space",
            lines("PUT /v1/apps/web/releases/r 2 HTTP/1.1")),
        head(
            "501",
            "a protocol to come",
            lines("PUT " + AttackTableTest.RELEASE + " HTTP/3.7", AUTHORIZED, TYPED)),
        head("501", "the preface of HTTP/2", "PRI * HTTP/2.0", "", "SM"),
        head("400 request.invalid", "no protocol", "PUT /v1/apps/web/releases/r2"),
        head(
            "400 request.invalid",
            "TLS",
            "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"));
  }

  private static String[] many() {
    String[] more = new String[2_000];
    Arrays.setAll(more, i -> "X-" + i + ": x");
    return lines(PUT, more);
  }
}
