package dev.pointsman.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.crash.Crashes;
import dev.pointsman.agent.crash.Effect;
import dev.pointsman.agent.crash.Recorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A power cut at every moment of a journal's life, its compaction included. */
class JournalCrashTest {
  @TempDir private Path directory;
  private final List<List<String>> states = new ArrayList<>();
  private List<Effect> log;

  @BeforeEach
  void live() throws Exception {
    Recorder recorder = new Recorder(Files.createDirectory(directory.resolve("live")));
    Path file = recorder.root().resolve("journal");
    reached(recorder, List.of());
    try (Journal<String> journal = Journal.open(file, String.class)) {
      journal.append("one");
      reached(recorder, List.of("one"));
      journal.append("two");
      reached(recorder, List.of("one", "two"));
      journal.rewrite(List.of("two"));
      reached(recorder, List.of("two"));
      journal.append("three");
      reached(recorder, List.of("two", "three"));
    }
    try (Journal<String> journal = Journal.open(file, String.class)) {
      journal.append("four");
      reached(recorder, List.of("two", "three", "four"));
    }
    log = recorder.log();
  }

  private void reached(Recorder recorder, List<String> state) {
    recorder.mark(states.size());
    states.add(state);
  }

  /** The state after a crash is the last one that was promised, or the one that was under way. */
  private List<String> violations(List<Effect> effects) throws Exception {
    List<String> wrong = new ArrayList<>();
    int[] count = {0};
    new Crashes(effects, 20, 1)
        .visit(image -> {
          Path root = directory.resolve("image" + count[0]++);
          image.materialize(root);
          int promised = image.promises().size() - 1;
          List<List<String>> allowed =
              states.subList(Math.max(0, promised), Math.min(promised + 2, states.size()));
          List<String> first = reopened(root);
          if (!allowed.contains(first) || !reopened(root).equals(first)) {
            wrong.add(image.description() + ": " + first + " instead of one of " + allowed);
          }
        });
    assertThat(count[0]).as("images").isGreaterThan(12);
    return wrong;
  }

  private static List<String> reopened(Path root) {
    try (Journal<String> journal = Journal.open(root.resolve("journal"), String.class)) {
      return journal.replayed();
    } catch (IOException e) {
      return List.of("does not open: " + e.getMessage());
    }
  }

  @Test
  void keepsWhatItHasPromised() throws Exception {
    assertThat(violations(log)).isEmpty();
  }

  @Test
  void losesItWhereWritesAreNotSynced() throws Exception {
    assertThat(violations(without(Effect.FileSynced.class))).isNotEmpty();
  }

  @Test
  void losesItWhereTheDirectoryIsNotSynced() throws Exception {
    assertThat(violations(without(Effect.DirectorySynced.class))).isNotEmpty();
  }

  private List<Effect> without(Class<? extends Effect> type) {
    return log.stream().filter(effect -> !type.isInstance(effect)).toList();
  }
}
