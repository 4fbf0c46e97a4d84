package dev.pointsman.fuzz;

import java.util.function.Consumer;

/** The targets by the name that their corpus has below {@code src/test/resources/fuzz}. */
enum FuzzTarget {
  TAR("tar", TarFuzz::fuzzerTestOneInput),
  GZIP("gzip", GzipFuzz::fuzzerTestOneInput),
  MANIFEST("manifest", ManifestFuzz::fuzzerTestOneInput),
  FILE_LIST("file-list", FileListFuzz::fuzzerTestOneInput),
  SIGNATURE("signature", SignatureFuzz::fuzzerTestOneInput),
  TRUST("trust", TrustFuzz::fuzzerTestOneInput);

  private final String corpus;
  private final Consumer<byte[]> body;

  FuzzTarget(String corpus, Consumer<byte[]> body) {
    this.corpus = corpus;
    this.body = body;
  }

  String corpus() {
    return corpus;
  }

  void run(byte[] input) {
    body.accept(input);
  }
}
