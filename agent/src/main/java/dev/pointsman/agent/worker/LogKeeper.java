package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the logs of an app within their bounds while its workers write, looking every few seconds
 * on a thread of its own.
 */
public final class LogKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Path directory;
  private final LogConfig bounds;
  private final Thread thread;

  private LogKeeper(String app, Path directory, LogConfig bounds) {
    this.directory = directory;
    this.bounds = bounds;
    this.thread = Thread.ofVirtual().name("logs-" + app).unstarted(this::run);
  }

  /**
   * Begins to look after the {@code *.log} files in {@code directory}, which may not be there yet.
   */
  public static LogKeeper start(String app, Path directory, LogConfig bounds) {
    LogKeeper keeper = new LogKeeper(app, directory, bounds);
    keeper.thread.start();
    return keeper;
  }

  private void run() {
    try {
      while (true) {
        look();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Bounds every file once. */
  void look() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.log")) {
      for (Path file : files) {
        WorkerLog.bound(file, bounds);
      }
    } catch (IOException e) {
      LOG.warn("Logs could not be bounded. directory={}: {}", directory, e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
