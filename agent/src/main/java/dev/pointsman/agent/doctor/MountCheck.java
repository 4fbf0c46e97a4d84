package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether root and run lie where what they hold can live. */
final class MountCheck implements Check {
  private static final Set<String> FLEETING =
      Set.of("overlay", "tmpfs", "ramfs", "nfs", "nfs4", "cifs", "smb3", "9p");

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Mounts mounts = Mounts.of(facts);
    List<Finding> findings = new ArrayList<>();
    mounts.of(config.root()).ifPresent(mount -> root(config, mount, findings));
    mounts.of(config.run()).ifPresent(mount -> run(config.run(), mount, findings));
    mounts
        .of(Path.of("/tmp"))
        .filter(mount -> mount.options().contains("noexec"))
        .ifPresent(mount ->
            findings.add(
                Finding.warn(
                    "files",
                    "/tmp is mounted noexec",
                    "programs that unpack and load native code there fail, as some Node and Java"
                        + " libraries do; the agent itself does not",
                    "give such an app TMPDIR in [env], on a file system without noexec")));
    return findings;
  }

  private static void root(HostConfig config, Mounts.Mount mount, List<Finding> findings) {
    Path root = config.root();
    String what = "root " + root + " is on " + mount.type() + " at " + mount.at();
    if (mount.options().contains("noexec")) {
      findings.add(
          Finding.bad(
              "files",
              what + ", mounted noexec",
              "programs and native modules of a release cannot be executed",
              "mount -o remount,exec " + mount.at() + ", and correct /etc/fstab"));
    }
    if (FLEETING.contains(mount.type())) {
      boolean allowed = config.store().allowFilesystem().isPresent();
      findings.add(
          allowed
              ? Finding.warn(
                  "files",
                  what + ", which store.allow_filesystem allows",
                  "releases and journals there may not survive a crash of the host",
                  "put root on ext4, xfs or btrfs")
              : Finding.bad(
                  "files",
                  what,
                  "it cannot promise that a release survives a crash, so the agent does not start",
                  "put root on ext4, xfs or btrfs"));
    } else {
      findings.add(Finding.ok("files", what));
    }
  }

  private static void run(Path run, Mounts.Mount mount, List<Finding> findings) {
    String what = "run " + run + " is on " + mount.type() + " at " + mount.at();
    findings.add(
        mount.type().equals("tmpfs")
            ? Finding.ok("files", what)
            : Finding.warn(
                "files",
                what,
                "it should be empty after a restart of the host; what is left of earlier workers is"
                    + " looked at and cleared away then, but it costs time and room",
                "run = \"/run/pointsman\" in the host file, then systemctl restart pointsman"));
  }
}
