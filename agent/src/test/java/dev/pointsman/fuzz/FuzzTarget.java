package dev.pointsman.fuzz;

import dev.pointsman.agent.http.ContentRangeFuzz;
import dev.pointsman.agent.intake.BundleFuzz;

/** The targets by the name that their corpus has below {@code src/test/resources/fuzz}. */
enum FuzzTarget {
  TAR("tar", TarFuzz::fuzzerTestOneInput),
  GZIP("gzip", GzipFuzz::fuzzerTestOneInput),
  ZSTD("zstd", ZstdFuzz::fuzzerTestOneInput),
  MANIFEST("manifest", ManifestFuzz::fuzzerTestOneInput),
  FILE_LIST("file-list", FileListFuzz::fuzzerTestOneInput),
  SIGNATURE("signature", SignatureFuzz::fuzzerTestOneInput),
  TRUST("trust", TrustFuzz::fuzzerTestOneInput),
  CONTENT_RANGE("content-range", ContentRangeFuzz::fuzzerTestOneInput),
  BUNDLE("bundle", BundleFuzz::fuzzerTestOneInput);

  /** As Jazzer calls it. */
  private interface Body {
    void run(byte[] input) throws Exception;
  }

  private final String corpus;
  private final Body body;

  FuzzTarget(String corpus, Body body) {
    this.corpus = corpus;
    this.body = body;
  }

  String corpus() {
    return corpus;
  }

  void run(byte[] input) throws Exception {
    body.run(input);
  }
}
