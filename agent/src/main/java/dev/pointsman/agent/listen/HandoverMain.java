package dev.pointsman.agent.listen;

import dev.pointsman.agent.linux.DescriptorPassing;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Sends descriptor 3 to the unix datagram socket that the argument names.
 *
 * <p>A worker runs this as a child, with its listening socket as descriptor 3, when a restarted
 * agent asks for the socket back: what the agent may not take, the worker may give. The agent tells
 * workers how in {@code POINTSMAN_HANDOVER}.
 */
public final class HandoverMain {
  private static final int USAGE = 64;
  private static final int SHARED_SOCKET = 3;

  private HandoverMain() {}

  /**
   * How to run this program, but for its argument, with the runtime and the class path of this
   * process; for {@code POINTSMAN_HANDOVER}.
   */
  public static List<String> command() {
    String classPath =
        Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(System.getProperty("java.class.path"))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath,
        HandoverMain.class.getName());
  }

  /** The one argument is the path. Exit codes: 0 sent, 1 failed, 64 wrong usage. */
  public static void main(String[] args) {
    if (args.length != 1) {
      System.err.println("usage: HandoverMain PATH, with the socket to send as descriptor 3");
      System.exit(USAGE);
    }
    try {
      DescriptorPassing.send(Path.of(args[0]), SHARED_SOCKET);
    } catch (IOException e) {
      System.err.println("cannot hand descriptor 3 over to " + args[0] + ": " + e.getMessage());
      System.exit(1);
    }
  }
}
