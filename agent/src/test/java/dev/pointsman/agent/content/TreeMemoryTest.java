package dev.pointsman.agent.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.bundle.FileList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The largest trees that the limits allow fit into the heap of the agent, which is 64 MiB. */
class TreeMemoryTest {
  /** Far below the agent's 64 MiB, so that there is room for all else that it does. */
  private static final String HEAP = "-Xmx24m";

  @TempDir Path temp;

  @Test
  void aListOfAsManyEntriesAsThereMayBe() throws Exception {
    Path list = temp.resolve("files.lst");
    TreeMemory.writeManyFiles(list);
    assertThat(run("list", list.toString())).startsWith("249750 files, 249750 bytes");
  }

  @Test
  void aListAsLongAsOneMayBe() throws Exception {
    Path list = temp.resolve("files.lst");
    TreeMemory.writeLongPaths(list);
    assertThat(Files.size(list)).isGreaterThan(TreeMemory.LIST_BYTES - 2_000);
    assertThat(run("list", list.toString())).contains(" files, ");
  }

  @Test
  void anArchiveOfAsManyEntriesAsThereMayBe() throws Exception {
    Path list = temp.resolve("files.lst");
    assertThat(run("build", temp.resolve("entries").toString(), list.toString()))
        .startsWith("249750 files, ");
    assertThat(Files.readString(list)).startsWith(FileList.HEADER + "\nf 755 0 ");
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", HEAP, "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(TreeMemory.class.getName());
    command.addAll(List.of(arguments));
    Path out = temp.resolve("out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    System.out.println(String.join(" ", arguments[0], said.strip()));
    return said;
  }
}
