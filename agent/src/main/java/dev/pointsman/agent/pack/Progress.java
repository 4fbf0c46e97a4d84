package dev.pointsman.agent.pack;

/** Is told how far packing is; called often, on the caller's thread. */
public interface Progress {
  /** Nobody is looking. */
  Progress NONE =
      new Progress() {
        @Override
        public void hashed(int files, long bytes) {}

        @Override
        public void packed(int files, int ofFiles) {}
      };

  /** So many files were found and hashed. */
  void hashed(int files, long bytes);

  /** So many of all files are in the payload. */
  void packed(int files, int ofFiles);
}
