package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds the rules of the house over the real code, and sees each of them fail on a violation that
 * was planted for it.
 */
class ArchitectureTest {
  private static final JavaClasses REAL =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("dev.pointsman.agent", "dev.pointsman.protocol");
  private static final JavaClasses PLANTED =
      new ClassFileImporter().importPackages("dev.pointsman.planted");

  @Test
  void looksAtBothModules() {
    assertThat(REAL.contain("dev.pointsman.agent.AgentMain")).isTrue();
    assertThat(REAL.contain("dev.pointsman.protocol.api.ErrorCode")).isTrue();
    assertThat(REAL.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void vertxStaysAtTheEdge() {
    ArchRule rule = ArchitectureRules.VERTX_STAYS_AT_THE_EDGE;
    rule.check(REAL);
    assertThat(violators(rule))
        .containsExactly("agent.worker.UsesNetty", "agent.worker.UsesVertx", "protocol.UsesVertx");
  }

  @Test
  void theCoreDoesNotKnowItsEdges() {
    ArchRule rule = ArchitectureRules.THE_CORE_DOES_NOT_KNOW_ITS_EDGES;
    rule.check(REAL);
    assertThat(violators(rule))
        .containsExactly("agent.worker.UsesCommandLine", "agent.worker.UsesHttp");
  }

  @Test
  void nobodyKnowsTheWiring() {
    ArchRule rule = ArchitectureRules.NOBODY_KNOWS_THE_WIRING;
    rule.check(REAL);
    assertThat(violators(rule)).containsExactly("agent.worker.UsesWiring");
  }

  @Test
  void foreignFunctionsLiveInOnePackage() {
    ArchRule rule = ArchitectureRules.FOREIGN_FUNCTIONS_LIVE_IN_ONE_PACKAGE;
    rule.check(REAL);
    assertThat(violators(rule)).containsExactly("agent.worker.UsesForeignFunctions");
  }

  @Test
  void packagesHaveNoCycles() {
    ArchitectureRules.AGENT_PACKAGES_HAVE_NO_CYCLES.check(REAL);
    ArchitectureRules.PROTOCOL_PACKAGES_HAVE_NO_CYCLES.check(REAL);

    assertThat(failure(ArchitectureRules.AGENT_PACKAGES_HAVE_NO_CYCLES))
        .contains("Cycle detected: Slice journal -> ", "Slice release -> ");
    assertThat(failure(ArchitectureRules.PROTOCOL_PACKAGES_HAVE_NO_CYCLES))
        .contains("Cycle detected: Slice bundle -> ", "Slice trust -> ");
  }

  @Test
  void protocolIsASmallLibraryThatOpensNothing() {
    ArchRule small = ArchitectureRules.PROTOCOL_IS_A_SMALL_LIBRARY;
    small.check(REAL);
    assertThat(violators(small)).containsExactly("protocol.UsesLogger", "protocol.UsesVertx");

    ArchRule closed = ArchitectureRules.PROTOCOL_OPENS_NOTHING;
    closed.check(REAL);
    assertThat(violators(closed)).containsExactly("protocol.OpensFiles", "protocol.OpensSockets");
  }

  @Test
  void machinesAndPlannersArePure() {
    ArchRule rule = ArchitectureRules.MACHINES_AND_PLANNERS_ARE_PURE;
    rule.check(REAL);
    assertThat(violators(rule))
        .containsExactly(
            "agent.worker.ImpureMachine$AsksTheEnvironment",
            "agent.worker.ImpureMachine$AsksTheTime",
            "agent.worker.ImpureMachine$CallsTheNetwork",
            "agent.worker.ImpureMachine$CountsNanoseconds",
            "agent.worker.ImpureMachine$HoldsAClock",
            "agent.worker.ImpureMachine$Logs",
            "agent.worker.ImpureMachine$OpensAFile",
            "agent.worker.ImpureMachine$Prints",
            "agent.worker.ImpureMachine$ReadsMilliseconds",
            "agent.worker.ImpureMachine$RollsDice",
            "agent.worker.ImpureMachine$StartsAProcess",
            "agent.worker.TimedPlanner");
  }

  /** The planted classes that the rule complains about, each once. */
  private static List<String> violators(ArchRule rule) {
    Pattern origin =
        Pattern.compile(
            "(?:Class|Method|Field|Constructor) <dev\\.pointsman\\.planted\\.([a-z.]+\\.[\\w$]+)");
    TreeSet<String> violators = new TreeSet<>();
    for (String detail : rule.evaluate(PLANTED).getFailureReport().getDetails()) {
      List<String> named =
          origin.matcher(detail).results().map((MatchResult result) -> result.group(1)).toList();
      assertThat(named).as(detail).isNotEmpty();
      violators.add(named.getFirst());
    }
    return List.copyOf(violators);
  }

  private static String failure(ArchRule rule) {
    return Arrays.toString(rule.evaluate(PLANTED).getFailureReport().getDetails().toArray());
  }
}
