package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.linux.FileSystemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageCheckTest {
  private static final Path ROOT = Path.of("/srv/pointsman");
  private static final Optional<String> NOTHING = Optional.empty();

  private record Disk(long magic, Optional<Set<String>> options) implements StorageCheck.Facts {
    @Override
    public long magic(Path path) {
      return magic;
    }

    @Override
    public Optional<Set<String>> ext4Options(Path path) {
      return options;
    }
  }

  private static StorageCheck on(long magic, String... ext4Options) {
    return new StorageCheck(new Disk(magic, Optional.of(Set.of(ext4Options))));
  }

  @ParameterizedTest
  @CsvSource({
    "0x794C7630,overlayfs",
    "0x01021994,tmpfs",
    "0x6969,nfs",
    "0xFF534D42,cifs",
    "0xFE534D42,smb2",
    "0x01021997,9p",
    "0x858458F6,ramfs"
  })
  void refusesWhatLosesReleasesUnlessItIsAllowedByName(String magic, String name) throws Exception {
    StorageCheck check = on(Long.decode(magic));

    assertThatThrownBy(() -> check.look(ROOT, NOTHING))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(
            "/srv/pointsman is on " + name, "allow_filesystem = \"" + name + "\"", "ext4");
    assertThatThrownBy(() -> check.look(ROOT, Optional.of("other")))
        .isInstanceOf(IOException.class);
    assertThat(check.look(ROOT, Optional.of(name)).orElseThrow()).contains("may not survive");
    assertThat(check.look(ROOT, Optional.of("any"))).isPresent();
  }

  @Test
  void takesWhatIsProvenWithoutAWord() throws Exception {
    assertThat(on(0xEF53, "data=ordered", "rw").look(ROOT, NOTHING)).isEmpty();
    assertThat(on(0xEF53, "data=journal").look(ROOT, NOTHING)).isEmpty();
    assertThat(on(0x58465342).look(ROOT, NOTHING)).isEmpty();
    assertThat(on(0x9123683EL).look(ROOT, NOTHING)).isEmpty();
    assertThat(new StorageCheck(new Disk(0xEF53, Optional.empty())).look(ROOT, NOTHING)).isEmpty();
  }

  @Test
  void warnsOfAnExt4ThatKeepsLess() throws Exception {
    assertThat(on(0xEF53, "data=writeback").look(ROOT, NOTHING).orElseThrow())
        .contains("data=writeback");
    assertThat(on(0xEF53, "rw", "barrier").look(ROOT, NOTHING).orElseThrow())
        .contains("without a journal");
  }

  @Test
  void warnsOfWhatNobodyHasTried() throws Exception {
    assertThat(on(0x2FC12FC1).look(ROOT, NOTHING).orElseThrow()).contains("zfs");
    assertThat(on(0xCAFE).look(ROOT, NOTHING).orElseThrow()).contains("unknown (0xcafe)");
  }

  @Test
  void asksTheRealFileSystemAsStatDoes(@TempDir Path directory) throws Exception {
    Process stat = new ProcessBuilder("stat", "-f", "-c", "%t", directory.toString()).start();
    String expected =
        new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    StorageFacts facts = new StorageFacts();

    assertThat(Long.toHexString(facts.magic(directory))).isEqualTo(expected);
    Optional<Set<String>> options = facts.ext4Options(directory);
    boolean isExt4 =
        FileSystemType.of(facts.magic(directory)).equals(Optional.of(FileSystemType.EXT4));
    assertThat(options.isPresent()).isEqualTo(isExt4);
    options.ifPresent(are -> assertThat(are).containsAnyOf("rw", "ro"));
  }
}
