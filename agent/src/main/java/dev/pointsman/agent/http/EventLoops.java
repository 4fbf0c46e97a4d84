package dev.pointsman.agent.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/** Vert.x with a small footprint: few threads, no native transport, no cache in the file system. */
public final class EventLoops {
  private EventLoops() {}

  /** For the daemon: two event loops. */
  public static Vertx forAgent() {
    return Vertx.vertx(small().setEventLoopPoolSize(2));
  }

  /** For one command: one event loop, daemon threads only. */
  public static Vertx forCommand() {
    return Vertx.vertx(small().setEventLoopPoolSize(1).setUseDaemonThread(true));
  }

  private static VertxOptions small() {
    return new VertxOptions()
        .setWorkerPoolSize(2)
        .setInternalBlockingPoolSize(2)
        .setPreferNativeTransport(false)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }
}
