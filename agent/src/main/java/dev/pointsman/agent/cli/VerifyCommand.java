package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.http.Json;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman verify}: a bundle or a release on this disk, or one on the running host. */
@Command(
    name = "verify",
    description = {
      "Read a bundle or a release and tell all that is wrong with it.",
      "PATH is a bundle directory, a bundle's tar, or a release's directory; it needs no agent.",
      "With --app and no path that exists, the running host is asked about its RELEASE."
    })
final class VerifyCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Option(names = "--app", paramLabel = "APP", description = "The app that it has to be for.")
  private @Nullable AppName app;

  @Option(
      names = "--allowed-signers",
      paramLabel = "FILE",
      description = "Check the signatures: whom to trust, as the host's file says.")
  private @Nullable Path allowedSigners;

  @Option(names = "--revoked", paramLabel = "FILE", description = "Keys that are not trusted.")
  private @Nullable Path revoked;

  @Option(
      names = "--require",
      paramLabel = "RULE",
      description = "As '1 of ci@web,alice@ops'; may be repeated. Else one of all in the file.")
  private List<String> require = new ArrayList<>();

  @Parameters(paramLabel = "PATH|RELEASE")
  private String subject = "";

  VerifyCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    boolean path = subject.contains("/") || Files.exists(Path.of(subject));
    if (allowedSigners == null && (revoked != null || !require.isEmpty())) {
      throw usage("--revoked and --require need --allowed-signers");
    }
    if (app != null && !path) {
      return remote(app, release());
    }
    if (!path) {
      throw usage(
          "there is no file or directory '"
              + TextTable.printable(subject)
              + "'; to ask the host about a release, name its --app");
    }
    Offline offline = new Offline(Optional.ofNullable(app), signatures());
    VerificationResource found = offline.verify(Path.of(subject), session().time().now());
    return report(found, Json.text(found), offline.notes());
  }

  private ReleaseId release() {
    return ReleaseId.parse(subject)
        .orElseThrow(() -> usage("'" + TextTable.printable(subject) + "' is no release id"));
  }

  private Optional<Offline.Signatures> signatures() {
    return Optional.ofNullable(allowedSigners)
        .map(file -> new Offline.Signatures(file, Optional.ofNullable(revoked), require));
  }

  private int remote(AppName name, ReleaseId release) throws Exception {
    try (Api api = connection.open(this)) {
      Answer<VerificationResource> answer = api.verify(name.value(), release.value());
      return report(answer.value(), answer.json(), List.of());
    }
  }

  private int report(VerificationResource found, String json, List<String> notes) {
    if (json()) {
      console().result(json);
      return found.sound() ? ExitCode.SUCCESSFUL : ExitCode.FAILED;
    }
    for (String note : notes) {
      console().problem("note: " + note);
    }
    String what = found.app() + " " + found.release();
    for (String problem : found.problems()) {
      console().result(TextTable.printable(problem));
    }
    if (found.count() > found.problems().size()) {
      console().result("and " + (found.count() - found.problems().size()) + " more");
    }
    console()
        .result(
            found.sound() ? "good: " + what : "not good: " + what + ", problems: " + found.count());
    return found.sound() ? ExitCode.SUCCESSFUL : ExitCode.FAILED;
  }
}
