package dev.pointsman.agent.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.config.PullHost;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
  private static Admission admission(String address, String... entries) {
    List<PullHost> hosts =
        Arrays.stream(entries).map(entry -> PullHost.parse(entry).orElseThrow()).toList();
    return new Admission(
        hosts,
        host ->
            new InetAddress[] {
              address.isEmpty() ? InetAddress.ofLiteral(host) : InetAddress.ofLiteral(address)
            });
  }

  @ParameterizedTest
  @CsvSource({
    "releases.example.net, https://releases.example.net/web.tar",
    "releases.example.net, https://RELEASES.example.net:443/web.tar?x=y",
    "*.example.net:8443, https://a.example.net:8443/",
    "*.example.net:8443, https://a.b.example.net:8443/",
    "http://mirror.example.net, http://mirror.example.net/x",
    "http://mirror.example.net:8080, http://mirror.example.net:8080/x"
  })
  void allowsWhatIsNamed(String entry, String url) throws Exception {
    assertThat(admission("93.184.216.34", entry).address(Origin.parse(url)).getHostAddress())
        .isEqualTo("93.184.216.34");
  }

  @ParameterizedTest
  @CsvSource({
    "releases.example.net, https://example.net/",
    "releases.example.net, https://releases.example.net:8443/",
    "releases.example.net, http://releases.example.net:443/",
    "releases.example.net, http://releases.example.net/",
    "releases.example.net, https://releases.example.net.evil.org/",
    "releases.example.net, https://xreleases.example.net/",
    "*.example.net, https://example.net/",
    "*.example.net, https://evilexample.net/",
    "http://mirror.example.net:8080, https://mirror.example.net/"
  })
  void refusesEverythingElse(String entry, String url) {
    Rejected refusal =
        catchThrowableOfType(
            Rejected.class, () -> admission("93.184.216.34", entry).check(Origin.parse(url)));

    assertThat(refusal.code()).isEqualTo(ErrorCode.PULL_FORBIDDEN);
    assertThat(refusal.detail()).contains("does not allow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "::1",
        "::",
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "224.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1"
      })
  void refusesANameThatLeadsInside(String address) {
    Rejected refusal =
        catchThrowableOfType(
            Rejected.class,
            () ->
                admission(address, "releases.example.net")
                    .address(Origin.parse("https://releases.example.net/")));

    assertThat(refusal.code()).isEqualTo(ErrorCode.PULL_FORBIDDEN);
    assertThat(refusal.detail()).contains("releases.example.net resolves to");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080, http://127.0.0.1:8080/",
    "127.0.0.1:8443, https://127.0.0.1:8443/",
    "[::1]:8080, http://[::1]:8080/",
    "10.0.0.7, https://10.0.0.7/"
  })
  void allowsAnAddressThatIsNamedItself(String entry, String url) throws Exception {
    assertThat(admission("", entry).address(Origin.parse(url))).isNotNull();
  }

  @Test
  void allowsNothingWithoutEntries() {
    assertThat(
            catchThrowableOfType(
                Rejected.class, () -> admission("").check(Origin.parse("https://a.example.net/"))))
        .hasMessageContaining("This host fetches nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/web.tar",
        "ftp://a/",
        "file:///etc/passwd",
        "https:///x",
        "https://u:p@a.example.net/",
        "https://a.example.net/#x",
        "https://a b/",
        "https://a.example.net:99999999/",
        "https://a.example.net\\@evil/",
        "jar:https://a/!/"
      })
  void takesNoAddressThatSaysMoreThanWhere(String url) {
    Rejected refusal = catchThrowableOfType(Rejected.class, () -> Origin.parse(url));

    assertThat(refusal.code()).isEqualTo(ErrorCode.PULL_FORBIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.",
        "a..b",
        "a/b",
        "a:0",
        "a:65536",
        "a:x",
        "*.10.0.0.1",
        "u@a",
        "ftp://a",
        "-a",
        "a b",
        "https://a/"
      })
  void takesNoEntryThatIsNoHost(String entry) {
    assertThat(PullHost.parse(entry)).isEmpty();
  }

  @Test
  void showsNoQuery() throws Exception {
    assertThat(Origin.parse("https://a.example.net/x?token=secret").shown())
        .isEqualTo("https://a.example.net:443/x?…");
  }
}
