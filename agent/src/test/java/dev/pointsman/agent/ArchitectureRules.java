package dev.pointsman.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules of the house. They name packages by their last parts, so that the planted violations,
 * which live elsewhere, are under the same rules as the real code.
 */
final class ArchitectureRules {
  private static final String[] CORE = {
    "..agent.cgroup..",
    "..agent.config..",
    "..agent.content..",
    "..agent.deployment..",
    "..agent.health..",
    "..agent.hook..",
    "..agent.intake..",
    "..agent.journal..",
    "..agent.linux..",
    "..agent.listen..",
    "..agent.process..",
    "..agent.release..",
    "..agent.router..",
    "..agent.sorry..",
    "..agent.store..",
    "..agent.worker.."
  };
  private static final String[] EDGES = {
    "..agent.access..",
    "..agent.http..",
    "..agent.client..",
    "..agent.fleet..",
    "..agent.cli..",
    "..agent.systemd.."
  };

  static final ArchRule VERTX_STAYS_AT_THE_EDGE =
      noClasses()
          .that(
              resideOutsideOfPackages(
                  "..agent", "..agent.http..", "..agent.client..", "..agent.fleet.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.netty..")
          .because("the core has to be usable, and testable, without an event loop");

  static final ArchRule THE_CORE_DOES_NOT_KNOW_ITS_EDGES =
      noClasses()
          .that(resideInAnyPackage(CORE))
          .should()
          .dependOnClassesThat(resideInAnyPackage(EDGES))
          .because("dependencies point inward");

  static final ArchRule NOBODY_KNOWS_THE_WIRING =
      noClasses()
          .that(resideInAnyPackage("..agent.*.."))
          .should()
          .dependOnClassesThat(resideInAnyPackage("..agent"))
          .because("the root package puts the others together");

  static final ArchRule FOREIGN_FUNCTIONS_LIVE_IN_ONE_PACKAGE =
      noClasses()
          .that(resideOutsideOfPackages("..agent.linux.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.lang.foreign..")
          .because("a wrong call crashes the process, so there is one place to look");

  static final ArchRule AGENT_PACKAGES_HAVE_NO_CYCLES =
      slices().matching("..agent.(*)..").should().beFreeOfCycles();

  static final ArchRule PROTOCOL_PACKAGES_HAVE_NO_CYCLES =
      slices().matching("..protocol.(*)..").should().beFreeOfCycles();

  static final ArchRule PROTOCOL_IS_A_SMALL_LIBRARY =
      classes()
          .that(resideInAnyPackage("..protocol.."))
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "java..", "org.jspecify..", "com.fasterxml.jackson..", "..protocol.."))
          .because("others build on it");

  static final ArchRule PROTOCOL_OPENS_NOTHING =
      noClasses()
          .that(resideInAnyPackage("..protocol.."))
          .should()
          .dependOnClassesThat(filesAndNetwork())
          .because("bytes come to it from streams");

  static final ArchRule MACHINES_AND_PLANNERS_ARE_PURE =
      noClasses()
          .that(areMachinesOrPlanners())
          .should(dependOnClassesThat(theOutsideWorld()))
          .orShould(callMethodWhere(theTimeIsAsked()))
          .because("decisions are made from values, so that every one of them can be tested");

  private ArchitectureRules() {}

  /** Also everything that is declared within one. */
  private static DescribedPredicate<JavaClass> areMachinesOrPlanners() {
    Pattern name = Pattern.compile(".*\\.\\w*(Machine|Planner)(\\$.*)?");
    return DescribedPredicate.describe(
        "are machines or planners", type -> name.matcher(type.getName()).matches());
  }

  private static DescribedPredicate<JavaClass> theOutsideWorld() {
    Set<String> types =
        Set.of(
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.lang.Runtime",
            "java.security.SecureRandom",
            "java.time.Clock",
            "java.time.InstantSource",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.concurrent.ThreadLocalRandom");
    return DescribedPredicate.describe(
        "are a clock, chance, a file, the network, a process or a log",
        resideInAnyPackage(
                "java.io..",
                "java.nio.channels..",
                "java.nio.file..",
                "java.net..",
                "java.util.logging..",
                "java.util.random..",
                "org.slf4j..")
            .or(
                DescribedPredicate.describe(
                    "one of " + types, type -> types.contains(type.getName()))));
  }

  private static DescribedPredicate<JavaMethodCall> theTimeIsAsked() {
    Set<String> ofSystem = Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty");
    return DescribedPredicate.describe(
        "the time, chance or the environment is asked",
        call -> {
          String owner = call.getTargetOwner().getName();
          String method = call.getName();
          return (owner.equals("java.lang.System") && ofSystem.contains(method))
              || (owner.equals("java.lang.Math") && method.equals("random"))
              || (owner.equals("java.util.UUID") && method.equals("randomUUID"))
              || (owner.startsWith("java.time.") && method.equals("now"));
        });
  }

  private static DescribedPredicate<JavaClass> filesAndNetwork() {
    Pattern files = Pattern.compile("java\\.io\\.(File.*|RandomAccessFile)");
    return DescribedPredicate.describe(
        "open files or the network",
        resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..")
            .or(
                DescribedPredicate.describe(
                    "files", type -> files.matcher(type.getName()).matches())));
  }
}
