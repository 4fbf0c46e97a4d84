package dev.pointsman.protocol.bundle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The beginning of a bundle: what trust is decided on. The arrays are not to be changed. */
public final class BundleHead {
  private final byte[] manifest;
  private final Map<String, byte[]> signatures;

  /** A head with these parts. */
  public BundleHead(byte[] manifest, Map<String, byte[]> signatures) {
    this.manifest = manifest;
    this.signatures = Collections.unmodifiableMap(new LinkedHashMap<>(signatures));
  }

  /** The bytes of release.json. */
  public byte[] manifest() {
    return manifest;
  }

  /** By member name, in the order of the bundle; none at all is for the caller to refuse. */
  public Map<String, byte[]> signatures() {
    return signatures;
  }
}
