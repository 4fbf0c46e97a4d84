package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.http.Json;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.agent.intake.Judgement;
import dev.pointsman.agent.release.StoredStatement;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.RevokedKeys;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman trust check BUNDLE-DIR|release.json}. */
@Command(
    name = "check",
    description = {
      "Tell what a host would say to a bundle's manifest, signature by signature.",
      "Asks the agent, or decides by files: --config, or --allowed-signers with --require."
    })
final class TrustCheckCommand extends Verb {
  private static final int MAX_FILE = 1 << 20;

  @Mixin private Connection connection = new Connection();

  @Parameters(
      paramLabel = "BUNDLE",
      description = "A directory with release.json and its signatures, or that release.json.")
  private Path bundle = Path.of(".");

  @Option(
      names = "--app",
      paramLabel = "APP",
      description = "Judge for this app (the one that the manifest names).")
  private @Nullable AppName app;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Decide here, by a host's configuration and its trust files.")
  private @Nullable Path config;

  @Option(
      names = "--allowed-signers",
      paramLabel = "FILE",
      description = "Decide here, about signatures only, by this file.")
  private @Nullable Path allowedSigners;

  @Option(names = "--revoked", paramLabel = "FILE", description = "With --allowed-signers.")
  private @Nullable Path revoked;

  @Option(
      names = "--require",
      paramLabel = "LINE",
      description = "With --allowed-signers: who has to sign, as '1 of ci@web'; repeatable.")
  private List<String> require = List.of();

  TrustCheckCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    boolean byFiles = allowedSigners != null;
    if (byFiles == require.isEmpty() || (config != null && byFiles)) {
      throw usage("give --config, or --allowed-signers together with --require, or neither");
    }
    StoredStatement statement = StoredStatement.read(directory());
    TrustReport report = report(statement);
    console().result(json() ? Json.text(report) : text(report));
    return report.accepted() ? ExitCode.SUCCESSFUL : ExitCode.REFUSED;
  }

  private Path directory() {
    if (Files.isDirectory(bundle)) {
      return bundle;
    }
    if (bundle.endsWith("release.json") && Files.isRegularFile(bundle)) {
      return bundle.resolveSibling("");
    }
    throw usage(
        "'"
            + TextTable.printable(bundle.toString())
            + "' is no bundle directory and no release.json");
  }

  private TrustReport report(StoredStatement statement) throws Exception {
    AppName name = app != null ? app : Manifest.parse(statement.manifest()).app();
    if (allowedSigners != null) {
      return judgement(allowedSigners, Optional.ofNullable(revoked))
          .ofSignatures(
              statement.manifest(), statement.signatures(), TrustPolicy.parse(require), name);
    }
    if (config != null) {
      return byConfig(ConfigReader.read(config), name, statement);
    }
    try (Api api = connection.open(this)) {
      Answer<TrustReport> answer =
          api.judge(name.value(), statement.manifest(), statement.signatures());
      return answer.value();
    }
  }

  private TrustReport byConfig(HostConfig host, AppName name, StoredStatement statement)
      throws Rejected, IOException {
    AppConfig configured =
        host.apps().stream()
            .filter(it -> it.name().equals(name))
            .findFirst()
            .orElseThrow(() -> usage("no app " + name + " is configured there"));
    return judgement(host.trust().allowedSigners(), host.trust().revoked())
        .of(statement.manifest(), statement.signatures(), host, configured, Optional.empty());
  }

  private Judgement judgement(Path signers, Optional<Path> list) throws Rejected, IOException {
    return new Judgement(
        AllowedSigners.parse(read(signers)),
        list.isPresent() ? RevokedKeys.parse(read(list.get())) : RevokedKeys.NONE,
        session().time().now());
  }

  private static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_FILE + 1);
    }
  }

  private static String text(TrustReport report) {
    TextTable table = new TextTable("SIGNATURE", "OUTCOME", "WHY");
    report
        .signatures()
        .forEach(signature -> table.row(signature.name(), signature.outcome(), signature.why()));
    String verdict =
        report.accepted()
            ? "accepted for %s: signed by %s"
                .formatted(report.app(), String.join(", ", report.signers()))
            : "refused for %s: %s: %s".formatted(report.app(), report.code(), report.detail());
    StringBuilder text = new StringBuilder(table.toString()).append('\n').append(verdict);
    report.notes().forEach(note -> text.append('\n').append(note));
    return text.toString();
  }
}
