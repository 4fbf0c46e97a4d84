package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.EventResource;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesKeysAsTheRecordsNameThemAndEnumsInLowerCase() {
    DeploymentResource deployment =
        FakeControl.deployment(
            "web-1", "web", DeploymentKind.ROLLBACK, DeploymentState.RUNNING, "r43", "ci");

    assertThat(Json.text(deployment))
        .isEqualTo(
            "{\"id\":\"web-1\",\"app\":\"web\",\"kind\":\"rollback\",\"state\":\"running\","
                + "\"phase\":\"roll\",\"fromRelease\":\"r41\",\"toRelease\":\"r43\","
                + "\"requestedBy\":\"ci\",\"startedAt\":\"2026-11-22T18:45:07Z\",\"endedAt\":null,"
                + "\"slotsDone\":1,\"slotsTotal\":2,\"failure\":null,"
                + "\"timeline\":[{\"phase\":\"activate\",\"at\":\"2026-11-22T18:45:07Z\"}]}");
  }

  @Test
  void readsWhatItWrote() throws Exception {
    AppResource app = FakeControl.webApp("web");
    EventResource event =
        new EventResource("1", FakeControl.THEN, "a.b", null, "x\n\"y\"", Map.of("k", "v"));

    assertThat(Json.read(Json.text(app), AppResource.class)).isEqualTo(app);
    assertThat(Json.read(Json.text(event), EventResource.class)).isEqualTo(event);
  }

  @Test
  void ignoresKeysOfANewerAgent() throws Exception {
    String text = Json.text(FakeControl.webApp("web")).replaceFirst("\\{", "{\"fresh\":{\"a\":1},");

    assertThat(Json.read(text, AppResource.class)).isEqualTo(FakeControl.webApp("web"));
  }

  @Test
  void refusesWhatIsNoInstant() {
    assertThatThrownBy(() ->
            Json.read("{\"phase\":\"roll\",\"at\":\"soon\"}", DeploymentResource.PhaseTime.class))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an ISO 8601 instant");
  }

  @Test
  void refusesNestingWithoutEnd() {
    byte[] deep = "[".repeat(100).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    assertThatThrownBy(() -> Json.tree(deep)).hasMessageContaining("nesting depth");
  }
}
