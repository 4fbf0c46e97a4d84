package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Target;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is trusted, asked over HTTP with the client. */
class TrustingTest {
  private RunningApi running;
  private ApiClient client;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    running = new RunningApi(directory);
    client = ApiClient.connect(new Target.Socket(running.socket));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    running.close();
  }

  private ApiClient overTcp(String token) {
    return ApiClient.connect(new Target.Url(running.uri(""), Optional.of(token)));
  }

  @Test
  void listsKeysAndWhatAppsAskFor() throws Exception {
    TrustResource trust = client.trust().value();

    assertThat(trust.keys().getFirst().state()).isEqualTo("expired");
    assertThat(trust.apps().getFirst().sequence().highest()).isEqualTo(42);
    assertThat(trust.apps().getFirst().tainted()).containsExactly("r41");
  }

  @Test
  void judgesAManifestWithItsSignatures() throws Exception {
    TrustReport report =
        client.judge("web", new byte[17], Map.of("release.json.sig", new byte[3])).value();

    assertThat(report.release()).isEqualTo("r17");
    assertThat(report.signatures().getFirst().name()).isEqualTo("release.json.sig");
  }

  @Test
  void resetsTheSequenceForAnAdministratorOnly() throws Exception {
    assertThat(client.resetSequence("web", 7, "the build's clock").value().highest()).isEqualTo(7);
    assertThat(running.control.asked).contains("sequence 7 because the build's clock by local");
    try (ApiClient ci = overTcp(RunningApi.DEPLOYER)) {
      ApiProblem problem =
          catchThrowableOfType(ApiProblem.class, () -> ci.resetSequence("web", 8, "why not"));
      assertThat(problem.problem().code()).isEqualTo("auth.scope");
    }
  }

  @Test
  void activatesWhatIsTaintedForAnAdministratorOnly() throws Exception {
    client.rollback("web", "r40", true);
    client.deploy("web", "r43", new Control.Overrides(false, true));
    assertThat(running.control.asked)
        .contains(
            "rollback r40 in spite of its taint by local",
            "deploy r43 false in spite of its taint by local");
    try (ApiClient ci = overTcp(RunningApi.DEPLOYER)) {
      ApiProblem problem =
          catchThrowableOfType(ApiProblem.class, () -> ci.rollback("web", "r40", true));
      assertThat(problem.problem().code()).isEqualTo("auth.scope");
    }
  }

  @ParameterizedTest(name = "{0} because ''{1}''")
  @CsvSource({"-1, x", "9007199254740992, x", "1, ' '", "1, 'a\nb'"})
  void refusesANumberOrReasonThatIsNone(long sequence, String reason) {
    ApiProblem problem =
        catchThrowableOfType(ApiProblem.class, () -> client.resetSequence("web", sequence, reason));

    assertThat(problem.problem().code()).isEqualTo("request.invalid");
  }
}
