package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A workshop whose processes do what the test says. Unless told otherwise they are good workers:
 * they come up, accept, drain and end as they are told.
 */
final class FakeWorkshop implements Workshop {
  /** What a process does not do. */
  enum Fault {
    CRASHES_AT_START,
    NEVER_LISTENS,
    NEVER_ACCEPTS,
    CRASHES_WHEN_LET_IN,
    NEVER_DRAINS,
    IGNORES_TERM,
    CANNOT_BE_KILLED
  }

  private final Map<Generation, Set<Fault>> faults = new ConcurrentHashMap<>();
  private final List<FakeProcess> processes = new CopyOnWriteArrayList<>();
  private final AtomicInteger pids = new AtomicInteger(1000);
  volatile @Nullable IOException hostFault;
  volatile boolean acceptsUnasked;
  volatile @Nullable Rejected refusal;

  /** One order after the other, of all processes, as {@code INCARNATION order}. */
  final List<String> orders = new CopyOnWriteArrayList<>();

  void fault(Generation generation, Fault... those) {
    Set<Fault> set = EnumSet.noneOf(Fault.class);
    set.addAll(List.of(those));
    faults.put(generation, set);
  }

  List<FakeProcess> processes() {
    return processes;
  }

  FakeProcess process(Incarnation who) throws Exception {
    return Await.value(
        "process " + who + " of " + processes,
        () -> processes.stream().filter(it -> it.who.equals(who)).findFirst());
  }

  Optional<FakeProcess> last(int slot) {
    return processes.reversed().stream().filter(it -> it.slot == slot).findFirst();
  }

  @Override
  public WorkerProcess launch(
      Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
      throws IOException, Rejected {
    IOException fault = hostFault;
    if (fault != null) {
      throw fault;
    }
    Rejected no = refusal;
    if (no != null) {
      throw no;
    }
    FakeProcess process = new FakeProcess(who, slot, generation, events);
    processes.add(process);
    process.start();
    return process;
  }

  @Override
  public boolean acceptsUnasked(Generation generation) {
    return acceptsUnasked;
  }

  /** One process. */
  final class FakeProcess implements WorkerProcess {
    final Incarnation who;
    final int slot;
    final Generation generation;
    private final Consumer<WorkerEvent> events;
    private final int pid = pids.incrementAndGet();
    private final Set<Fault> mine;
    volatile long resident = 4096;
    final AtomicInteger weighed = new AtomicInteger();
    volatile boolean accepting;
    volatile boolean ended;
    volatile boolean disposed;
    volatile boolean abandoned;

    FakeProcess(Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events) {
      this.who = who;
      this.slot = slot;
      this.generation = generation;
      this.events = events;
      this.mine = Set.copyOf(faults.getOrDefault(generation, Set.of()));
    }

    void start() {
      if (mine.contains(Fault.CRASHES_AT_START)) {
        exit(7);
      } else if (!mine.contains(Fault.NEVER_LISTENS)) {
        say(new WorkerEvent.BecameReady(who));
        say(new WorkerEvent.ProbePassed(who));
      }
    }

    void say(WorkerEvent event) {
      events.accept(event);
    }

    synchronized void end(ExitStatus how) {
      if (!ended) {
        ended = true;
        accepting = false;
        say(new WorkerEvent.Exited(who, how));
      }
    }

    void exit(int code) {
      end(new ExitStatus.Exited(code));
    }

    void killedBy(Signal signal) {
      end(new ExitStatus.Signaled(signal.number(), false));
    }

    @Override
    public Incarnation incarnation() {
      return who;
    }

    @Override
    public int pid() {
      return pid;
    }

    @Override
    public void accept() {
      orders.add(who + " accept");
      if (!mine.contains(Fault.NEVER_ACCEPTS)) {
        accepting = true;
        say(new WorkerEvent.Accepting(who));
      }
      if (mine.contains(Fault.CRASHES_WHEN_LET_IN)) {
        killedBy(Signal.SIGSEGV);
      }
    }

    @Override
    public void drain() {
      orders.add(who + " drain");
      accepting = false;
      if (!mine.contains(Fault.NEVER_DRAINS)) {
        say(new WorkerEvent.Drained(who));
      }
    }

    @Override
    public void terminate() {
      orders.add(who + " terminate");
      if (!mine.contains(Fault.IGNORES_TERM)) {
        exit(0);
      }
    }

    @Override
    public void kill() {
      orders.add(who + " kill");
      if (!mine.contains(Fault.CANNOT_BE_KILLED)) {
        killedBy(Signal.SIGKILL);
      }
    }

    @Override
    public Counters counters() {
      return new Counters(7, 1, 2, 0, 4096, null);
    }

    @Override
    public long residentBytes() {
      weighed.incrementAndGet();
      return resident;
    }

    @Override
    public List<String> probes() {
      return List.of("503 in 1 ms");
    }

    @Override
    public List<String> lastLines() {
      return List.of("last words of " + who);
    }

    @Override
    public void abandon() {
      abandoned = true;
    }

    @Override
    public void dispose() {
      disposed = true;
    }

    @Override
    public String toString() {
      return who + " of " + generation;
    }
  }
}
