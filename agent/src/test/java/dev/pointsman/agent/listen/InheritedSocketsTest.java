package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.listen.InheritedSockets.Passed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InheritedSocketsTest {
  private static final long ME = 4711;

  private final List<SharedSocket> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (SharedSocket socket : open) {
      socket.close();
    }
  }

  private SharedSocket bound() throws Exception {
    SharedSocket socket = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16);
    open.add(socket);
    return socket;
  }

  /** As a program gets it: another descriptor, open over exec. */
  private static int passedOn(SharedSocket socket) throws Exception {
    int copy = Descriptors.duplicate(socket.descriptor(), 50);
    Descriptors.setCloseOnExec(copy, false);
    return copy;
  }

  private static InheritedSockets own(Passed... sockets) throws Exception {
    return InheritedSockets.of(
        Map.of(InheritedSockets.OWN_VARIABLE, InheritedSockets.variable(ME, List.of(sockets))), ME);
  }

  private static Wanted wanted(SharedSocket socket) throws Exception {
    return new Wanted(socket.endpoint(), OptionalLong.of(socket.inode()));
  }

  @Test
  void givesTheSocketOfTheWantedAddressAndKeepsItFromWorkers() throws Exception {
    SharedSocket web = bound();
    SharedSocket api = bound();
    int ofWeb = passedOn(web);
    InheritedSockets inherited = own(new Passed(passedOn(api), "api"), new Passed(ofWeb, "web"));

    Optional<SharedSocket> claimed = inherited.claim(wanted(web));

    assertThat(claimed).isPresent();
    assertThat(claimed.get().inode()).isEqualTo(web.inode());
    assertThat(Descriptors.isCloseOnExec(ofWeb)).isTrue();
    assertThat(inherited.claim(wanted(web))).as("again").isEmpty();
    assertThat(inherited.unclaimed()).extracting(Passed::name).containsExactly("api");
    claimed.get().close();
    inherited.close(inherited.unclaimed().getFirst());
    assertThat(inherited.unclaimed()).isEmpty();
  }

  @Test
  void believesOnlyWhatIsSaidToThisVeryProcess() throws Exception {
    Passed socket = new Passed(passedOn(bound()), "web");
    String variable = InheritedSockets.variable(ME, List.of(socket));

    InheritedSockets ofAnother =
        InheritedSockets.of(Map.of(InheritedSockets.OWN_VARIABLE, variable), ME + 1);
    InheritedSockets ofAParent =
        InheritedSockets.of(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1"), ME);

    assertThat(ofAnother.unclaimed()).isEmpty();
    assertThat(ofAParent.unclaimed()).isEmpty();
    Descriptors.close(socket.descriptor());
  }

  @Test
  void leavesAloneWhatDoesNotListenOrIsNotOpen() throws Exception {
    int file = Descriptors.duplicate(0, 50);
    InheritedSockets inherited =
        own(new Passed(file, "a"), new Passed(999_999, "b"), new Passed(1, "c"));

    assertThat(inherited.unclaimed()).isEmpty();
    assertThat(Files.exists(Path.of("/proc/self/fd/" + file))).isTrue();
    assertThat(Files.exists(Path.of("/proc/self/fd/1"))).isTrue();
    Descriptors.close(file);
  }

  @Test
  void readsNonsenseAsNothing() throws Exception {
    for (String text : List.of("", ME + ":", ME + ":x=y", ME + ":-1=a,=,12345678901=b", "no:3=a")) {
      assertThat(InheritedSockets.of(Map.of(InheritedSockets.OWN_VARIABLE, text), ME).unclaimed())
          .as(text)
          .isEmpty();
    }
    assertThat(
            InheritedSockets.of(Map.of("LISTEN_PID", Long.toString(ME), "LISTEN_FDS", "many"), ME)
                .unclaimed())
        .isEmpty();
  }

  @Test
  void copiesOutliveTheClaimedSocket() throws Exception {
    SharedSocket web = bound();
    InheritedSockets inherited = own(new Passed(passedOn(web), "web"));
    List<Passed> copies = inherited.copies();

    inherited.claim(wanted(web)).orElseThrow().close();

    assertThat(Descriptors.target(copies.getFirst().descriptor()))
        .isEqualTo("socket:[" + web.inode() + "]");
    InheritedSockets.close(copies);
  }
}
