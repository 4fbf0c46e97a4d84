package dev.pointsman.agent.listen;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.process.RunningProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** An agent in a JVM of its own, to be killed: one socket, one worker, and a note about both. */
final class AgentStandIn {
  private AgentStandIn() {}

  /** The one argument is the directory to work in. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    SharedSocket socket = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16);
    String server =
        "require('net').createServer(s => s.end('from ' + process.pid)).listen({fd: 3})";
    RunningProcess worker =
        Processes.start()
            .launch(
                new LaunchSpec(
                    List.of("node", "-e", server),
                    directory,
                    Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"),
                    directory.resolve("log"),
                    List.of(socket.descriptor()),
                    Optional.empty()),
                status -> {});
    Path part = directory.resolve("note.part");
    Files.writeString(
        part,
        "%d %d %d %s"
            .formatted(
                socket.endpoint().port(),
                worker.identity().pid(),
                worker.identity().startTicks(),
                worker.identity().bootId()));
    Files.move(part, directory.resolve("note"), StandardCopyOption.ATOMIC_MOVE);
    new CountDownLatch(1).await();
  }
}
