package dev.pointsman.agent.store;

/** Where blobs lie, which are known, and the locks under which they are touched. */
record Shelves(StoreLayout layout, KeySet keys, FolderLocks locks) {}
