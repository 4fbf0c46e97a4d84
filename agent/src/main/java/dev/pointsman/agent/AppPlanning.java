package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.SpecChanges;
import dev.pointsman.agent.worker.WorkerSpec;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a deployment of an app would do, and what of its files waits for one. Changes nothing. */
final class AppPlanning {
  private static final Logger LOG = LoggerFactory.getLogger(AppPlanning.class);

  private final Supplier<AppConfig> settings;
  private final AppLedger ledger;
  private final AppCatalog catalog;
  private final WorkerSpecs specs;
  private volatile List<String> pending = List.of();

  AppPlanning(
      Supplier<AppConfig> settings, AppLedger ledger, AppCatalog catalog, WorkerSpecs specs) {
    this.settings = settings;
    this.ledger = ledger;
    this.catalog = catalog;
    this.specs = specs;
  }

  /**
   * What a deployment of {@code release} would do by {@code config}; null: of the release that the
   * app is to run.
   */
  PlanResource plan(@Nullable ReleaseId release, AppConfig config, Deployments deployments)
      throws Rejected, IOException {
    AppState state = ledger.state();
    Generation wanted = state.wanted();
    ReleaseId target = release != null ? release : wanted == null ? null : wanted.release();
    if (target == null) {
      throw new Rejected(
          ErrorCode.APP_EMPTY,
          "No release of " + config.name() + " was ever deployed successfully: name one.");
    }
    Optional<WorkerSpec> draft = Optional.empty();
    Optional<Rejected> refusal;
    try {
      draft = Optional.of(catalog.draft(target, config));
      refusal = deployments.refusal(draft.get().generation());
    } catch (Rejected e) {
      if (e.code() == ErrorCode.RELEASE_UNKNOWN) {
        throw e;
      }
      refusal = Optional.of(e);
    }
    SpecChanges changes =
        wanted == null || draft.isEmpty()
            ? SpecChanges.NONE
            : SpecChanges.between(specs.load(wanted), draft.get());
    return resource(
        new Planned(wanted, target, draft.map(WorkerSpec::generation)),
        changes,
        new Count(state, deployments.slots(), config.instances()),
        refusal);
  }

  private record Planned(
      @Nullable Generation from, ReleaseId target, Optional<Generation> generation) {}

  private record Count(int from, int to) {
    Count(AppState state, int now, int instances) {
      this(
          state.standing().stopped() != null || state.wanted() == null ? 0 : now,
          state.standing().slots(instances));
    }
  }

  private PlanResource resource(
      Planned planned, SpecChanges changes, Count count, Optional<Rejected> refusal) {
    Generation from = planned.from();
    return new PlanResource(
        settings.get().name().value(),
        planned.generation().equals(Optional.ofNullable(from)) && count.from() == count.to(),
        from == null ? null : from.release().value(),
        from == null ? null : from.shortDigest(),
        planned.target().value(),
        planned.generation().map(Generation::shortDigest).orElse(null),
        new PlanResource.Environment(changes.added(), changes.removed(), changes.changed()),
        changes.settings().stream()
            .map(it -> new PlanResource.Setting(it.name(), it.from(), it.to()))
            .toList(),
        count.from(),
        count.to(),
        refusal
            .map(it -> new PlanResource.Refusal(it.code().wire(), it.detail(), it.code().remedy()))
            .orElse(null));
  }

  /** What waits for a deployment, as it was found last; one line each. */
  List<String> pending() {
    return pending;
  }

  /** Finds out what waits for a deployment; a file that cannot be read is told as such. */
  List<String> look(Deployments deployments) {
    Generation wanted = ledger.state().wanted();
    if (wanted == null) {
      pending = List.of();
      return pending;
    }
    List<String> lines = new ArrayList<>();
    try {
      WorkerSpec draft = catalog.draft(wanted.release(), settings.get());
      if (!Objects.equals(draft.generation(), wanted)) {
        lines.addAll(lines(SpecChanges.between(specs.load(wanted), draft)));
      }
      Count count = new Count(ledger.state(), deployments.slots(), settings.get().instances());
      if (count.from() != 0 && count.from() != count.to()) {
        lines.add("instances: " + count.from() + " -> " + count.to());
      }
    } catch (Rejected e) {
      lines.add("cannot be deployed: " + e.detail());
    } catch (IOException e) {
      LOG.warn("What waits for a deployment is not known. app={}", settings.get().name(), e);
    }
    pending = List.copyOf(lines);
    return pending;
  }

  private static List<String> lines(SpecChanges changes) {
    List<String> lines = new ArrayList<>();
    String environment =
        Stream.of(
                changes.added().stream().map(key -> "+" + key),
                changes.removed().stream().map(key -> "-" + key),
                changes.changed().stream().map(key -> "~" + key))
            .flatMap(keys -> keys)
            .collect(Collectors.joining(" "));
    if (!environment.isEmpty()) {
      lines.add("env: " + environment);
    }
    changes.settings().forEach(it -> lines.add(it.name() + ": " + it.from() + " -> " + it.to()));
    return lines;
  }
}
