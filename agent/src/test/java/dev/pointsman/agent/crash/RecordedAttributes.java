package dev.pointsman.agent.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/** The mode and the times of a file. Owners are not part of the model. */
final class RecordedAttributes implements PosixFileAttributeView {
  private final Path path;
  private final PosixFileAttributeView real;
  private final Recorder recorder;

  RecordedAttributes(Path path, PosixFileAttributeView real, Recorder recorder) {
    this.path = path;
    this.real = real;
    this.recorder = recorder;
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public PosixFileAttributes readAttributes() throws IOException {
    return real.readAttributes();
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return real.getOwner();
  }

  @Override
  public void setOwner(UserPrincipal owner) throws IOException {
    real.setOwner(owner);
  }

  @Override
  public void setGroup(GroupPrincipal group) throws IOException {
    real.setGroup(group);
  }

  @Override
  public void setTimes(FileTime modified, FileTime accessed, FileTime created) throws IOException {
    synchronized (recorder) {
      recorder.before("utimens", path);
      real.setTimes(modified, accessed, created);
      recorder.attributes(path, null, modified);
    }
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> mode) throws IOException {
    synchronized (recorder) {
      recorder.before("chmod", path);
      real.setPermissions(mode);
      recorder.attributes(path, Set.copyOf(mode), null);
    }
  }
}
