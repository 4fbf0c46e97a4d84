package dev.pointsman.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * What is logged, and how: to standard error, which is the journal's under systemd, apart from what
 * a command prints. Found by Logback through {@code META-INF/services}.
 *
 * <p>In code, because reading it from XML takes a fifth of the agent's start and three megabytes
 * for good. {@code -Dlogback.configurationFile=FILE} is obeyed all the same.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  /** The variable with our own level: DEBUG shows every request. */
  static final String LEVEL = "POINTSMAN_LOG";

  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}: %msg %kvp%n%ex";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    configure(context, Optional.ofNullable(System.getenv(LEVEL)));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** With {@code level} for what is ours; INFO where it is absent or none. */
  static void configure(LoggerContext context, Optional<String> level) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("STDERR");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN); // A missing epoll is no news: the JDK's own transport is used.
    root.addAppender(appender);
    context
        .getLogger("dev.pointsman")
        .setLevel(Level.toLevel(level.map(String::strip).orElse(""), Level.INFO));
  }
}
