package dev.pointsman.agent.cli;

import dev.pointsman.agent.access.TokenLine;
import dev.pointsman.agent.http.Json;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pointsman token new}. */
@Command(
    name = "new",
    description = "Make a token and the line that lets it in; nothing is stored.")
final class TokenCommand extends Verb {
  /** {@code pointsman token}. */
  @Command(name = "token", description = "Tokens for the API over TCP.")
  static final class Group extends Verb {
    Group(Session session) {
      super(session);
    }

    @Override
    public Integer call() {
      throw usage("say what to do with tokens: new");
    }
  }

  private static final String NO_DIGEST = "0".repeat(64);

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "Who will hold it.")
  private String name = "";

  @Option(
      names = "--scope",
      required = true,
      split = ",",
      paramLabel = "SCOPE",
      description = "read, deploy or admin.")
  private List<String> scopes = List.of();

  @Option(
      names = "--app",
      required = true,
      split = ",",
      paramLabel = "APP",
      description = "The apps it is for, or '*' for all.")
  private List<String> apps = List.of();

  TokenCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    String token = TokenLine.newToken();
    TokenLine line = line(token);
    if (json()) {
      console().result(Json.text(Map.of("token", token, "line", line.toString())));
      return ExitCode.SUCCESSFUL;
    }
    console()
        .result(
            """
            Token for %s, shown only now (POINTSMAN_TOKEN, or a file for --token-file):
            %s

            Line for the agent's tokens file:
            %s
            """
                .formatted(name, token, line));
    return ExitCode.SUCCESSFUL;
  }

  /** Name, scopes and apps are read as they are read from the file. */
  private TokenLine line(String token) {
    try {
      TokenLine parsed =
          TokenLine.parse(
              String.join(" ", name, NO_DIGEST, String.join(",", scopes), String.join(",", apps)));
      return TokenLine.of(parsed.name(), token, parsed.scope(), parsed.apps());
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }
}
