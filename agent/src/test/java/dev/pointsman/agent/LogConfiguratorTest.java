package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.KeyValuePair;

class LogConfiguratorTest {
  private static final String FILE_PROPERTY = "logback.configurationFile";

  private final LoggerContext context = new LoggerContext();

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void isFoundByLogback() {
    assertThat(ServiceLoader.load(Configurator.class))
        .hasAtLeastOneElementOfType(LogConfigurator.class);
  }

  @Test
  void showsOurInformationAndOtherPeoplesWarnings() {
    LogConfigurator.configure(context, Optional.empty());

    assertThat(level("dev.pointsman.agent.App")).isEqualTo(Level.INFO);
    assertThat(level("io.vertx.core.Vertx")).isEqualTo(Level.WARN);
    assertThat(level("io.netty.channel")).isEqualTo(Level.WARN);
  }

  @Test
  void showsMoreOfOursWhereAsked() {
    LogConfigurator.configure(context, Optional.of(" debug "));

    assertThat(level("dev.pointsman.agent.App")).isEqualTo(Level.DEBUG);
    assertThat(level("io.vertx.core.Vertx")).isEqualTo(Level.WARN);
  }

  @Test
  void takesWhatIsNoLevelForTheUsualOne() {
    LogConfigurator.configure(context, Optional.of("loud"));

    assertThat(level("dev.pointsman")).isEqualTo(Level.INFO);
  }

  @Test
  void writesOneLineWithKeysAndValuesToStandardError() {
    LogConfigurator.configure(context, Optional.empty());
    ConsoleAppender<ILoggingEvent> appender = onlyAppender();
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName("dev.pointsman.agent.App");
    event.setLevel(Level.INFO);
    event.setThreadName("main");
    event.setMessage("A worker is {}");
    event.setArgumentArray(new Object[] {"online"});
    event.setKeyValuePairs(List.of(new KeyValuePair("slot", 3)));

    String line = new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);

    assertThat(appender.getTarget()).isEqualTo("System.err");
    assertThat(line)
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  \\[main] App: A worker is"
                + " online slot=\"3\"\\n");
  }

  @Test
  void leavesItToAFileThatIsNamed() {
    System.setProperty(FILE_PROPERTY, "/nowhere/logback.xml");
    try {
      assertThat(new LogConfigurator().configure(context))
          .isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
      assertThat(rootAppenders().hasNext()).isFalse();
    } finally {
      System.clearProperty(FILE_PROPERTY);
    }
  }

  private Level level(String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  private Iterator<Appender<ILoggingEvent>> rootAppenders() {
    return context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
  }

  private ConsoleAppender<ILoggingEvent> onlyAppender() {
    Iterator<Appender<ILoggingEvent>> appenders = rootAppenders();
    ConsoleAppender<ILoggingEvent> appender = (ConsoleAppender<ILoggingEvent>) appenders.next();
    assertThat(appenders.hasNext()).isFalse();
    return appender;
  }
}
