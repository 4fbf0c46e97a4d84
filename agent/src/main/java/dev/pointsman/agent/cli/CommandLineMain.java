package dev.pointsman.agent.cli;

import dev.pointsman.agent.config.Units;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Finds the command that the arguments name and runs it. */
public final class CommandLineMain {
  private CommandLineMain() {}

  /**
   * Runs one command to its end.
   *
   * @param env the environment, for {@code POINTSMAN_*}
   * @param daemon what {@code pointsman agent} starts
   * @return the exit code; docs/command-line.md lists them
   */
  public static int run(
      String[] args,
      PrintStream out,
      PrintStream err,
      Map<String, String> env,
      DaemonStarter daemon) {
    Console console = Console.of(out, err, env);
    return run(args, new Session(console, env, Time.SYSTEM, RemoteApi::connect, daemon));
  }

  static int run(String[] args, Session session) {
    CommandLine line = new CommandLine(new Root());
    line.addSubcommand(new AgentCommand(session));
    line.addSubcommand(new CheckConfigCommand(session));
    line.addSubcommand(new DoctorCommand(session));
    line.addSubcommand(new PackCommand(session));
    line.addSubcommand(new SignCommand(session));
    line.addSubcommand(new VerifyCommand(session));
    line.addSubcommand(new PushCommand(session));
    line.addSubcommand(new PullCommand(session));
    line.addSubcommand(new DeployCommand(session));
    line.addSubcommand(new RollbackCommand(session));
    line.addSubcommand(new PlanCommand(session));
    line.addSubcommand(new ReloadCommand(session));
    line.addSubcommand(new OrderCommand.Restart(session));
    line.addSubcommand(new OrderCommand.Scale(session));
    line.addSubcommand(new OrderCommand.Stop(session));
    line.addSubcommand(new OrderCommand.Start(session));
    line.addSubcommand(new StatusCommand(session));
    line.addSubcommand(new ReleasesCommand(session));
    line.addSubcommand(new PinCommand.Pin(session));
    line.addSubcommand(new PinCommand.Unpin(session));
    line.addSubcommand(new GcCommand(session));
    line.addSubcommand(new UpgradeAgentCommand(session));
    line.addSubcommand(new EventsCommand(session));
    line.addSubcommand(new LogsCommand(session));
    line.addSubcommand(
        new CommandLine(new TokenCommand.Group(session)).addSubcommand(new TokenCommand(session)));
    line.addSubcommand(
        new CommandLine(new TrustCommand(session))
            .addSubcommand(new TrustListCommand(session))
            .addSubcommand(new TrustCheckCommand(session))
            .addSubcommand(new ResetSequenceCommand(session)));
    line.registerConverter(
        AppName.class,
        converter(AppName::parse, "a small letter, then up to 38 small letters, digits and '-'"));
    line.registerConverter(
        ReleaseId.class,
        converter(
            ReleaseId::parse,
            "letters, digits and '._-', at most 80, no '..', not a reserved name"));
    line.registerConverter(
        Duration.class, converter(Units::duration, "as 250ms, 10s, 5m, 1h or 7d"));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.setParameterExceptionHandler((e, _) -> usage(session.console(), e));
    line.setExecutionExceptionHandler((e, command, _) ->
        Failures.report(
            session.console(), command.getCommand() instanceof Verb verb && verb.json(), e));
    StringWriter help = new StringWriter();
    line.setOut(new PrintWriter(help));
    int code = line.execute(args);
    if (!help.toString().isEmpty()) {
      session.console().result(help.toString());
    }
    return code;
  }

  private static <T> ITypeConverter<T> converter(
      Function<String, Optional<T>> parser, String rule) {
    return text ->
        parser
            .apply(text)
            .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one: " + rule));
  }

  private static int usage(Console console, ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    console.problem(name + ": " + e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      console.problem("did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?");
    }
    console.problem("next: " + name + " --help");
    return ExitCode.USAGE;
  }

  /** {@code pointsman} alone. */
  @Command(
      name = "pointsman",
      description = "Signed releases, rolled without a failed request.",
      synopsisSubcommandLabel = "COMMAND",
      versionProvider = Version.class)
  private static final class Root implements Runnable {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it.
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("unused") // picocli acts on it.
    private boolean version;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
      throw new ParameterException(
          spec.commandLine(),
          "say what to do; the commands are " + String.join(", ", spec.subcommands().keySet()));
    }
  }

  /** As the distribution's manifest says. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = CommandLineMain.class.getPackage().getImplementationVersion();
      return new String[] {"pointsman " + (version == null ? "(not packaged)" : version)};
    }
  }
}
