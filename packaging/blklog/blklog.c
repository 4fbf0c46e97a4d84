/*
 * A file system of two files, for a loop device that shows what a disk is told.
 *
 *   blklog IMAGE LOG MOUNTPOINT
 *
 * MOUNTPOINT/disk is IMAGE: every write and every flush goes to LOG in its order. What is written to MOUNTPOINT/mark goes
 * there as well: the moment of a promise. A record is one letter (W, F, M), offset and length as 64-bit little-endian numbers,
 * and for W and M so many bytes. One thread, so that the order is the order. Ends when it is unmounted.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int image = -1;
static FILE *logfile;

static int record(char type, uint64_t offset, uint64_t length, const char *bytes) {
  uint64_t numbers[2] = {offset, length};
  if (fputc(type, logfile) == EOF || fwrite(numbers, sizeof numbers, 1, logfile) != 1) return -EIO;
  if (bytes && length && fwrite(bytes, length, 1, logfile) != 1) return -EIO;
  return 0;
}

static int is_disk(const char *path) { return strcmp(path, "/disk") == 0; }
static int is_mark(const char *path) { return strcmp(path, "/mark") == 0; }

static int get_attributes(const char *path, struct stat *st, struct fuse_file_info *fi) {
  (void)fi;
  memset(st, 0, sizeof *st);
  if (strcmp(path, "/") == 0) {
    st->st_mode = S_IFDIR | 0700;
    st->st_nlink = 2;
    return 0;
  }
  if (!is_disk(path) && !is_mark(path)) return -ENOENT;
  if (is_disk(path) && fstat(image, st) != 0) return -errno;
  st->st_mode = S_IFREG | 0600;
  st->st_nlink = 1;
  return 0;
}

static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                enum fuse_readdir_flags flags) {
  (void)path, (void)offset, (void)fi, (void)flags;
  fill(buffer, "disk", NULL, 0, 0);
  fill(buffer, "mark", NULL, 0, 0);
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *fi) {
  fi->direct_io = is_mark(path); /* A mark has no size. */
  return is_disk(path) || is_mark(path) ? 0 : -ENOENT;
}

static int read_file(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *fi) {
  (void)fi;
  if (!is_disk(path)) return 0;
  ssize_t count = pread(image, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int write_file(const char *path, const char *bytes, size_t size, off_t offset, struct fuse_file_info *fi) {
  (void)fi;
  if (is_mark(path)) return record('M', 0, size, bytes) ? -EIO : (int)size;
  ssize_t count = pwrite(image, bytes, size, offset);
  if (count < 0) return -errno;
  return record('W', offset, count, bytes) ? -EIO : (int)count;
}

static int truncate_file(const char *path, off_t size, struct fuse_file_info *fi) {
  (void)size, (void)fi;
  return is_mark(path) ? 0 : -EPERM;
}

static int sync_file(const char *path, int only_data, struct fuse_file_info *fi) {
  (void)only_data, (void)fi;
  return is_disk(path) ? record('F', 0, 0, NULL) : 0;
}

static void finish(void *data) {
  (void)data;
  fclose(logfile);
}

static const struct fuse_operations operations = {
    .getattr = get_attributes,
    .readdir = list,
    .open = open_file,
    .read = read_file,
    .write = write_file,
    .truncate = truncate_file,
    .fsync = sync_file,
    .destroy = finish,
};

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: blklog IMAGE LOG MOUNTPOINT\n");
    return 64;
  }
  image = open(argv[1], O_RDWR | O_CLOEXEC);
  logfile = fopen(argv[2], "wbe");
  if (image < 0 || !logfile) {
    perror("blklog");
    return 1;
  }
  char *arguments[] = {argv[0], "-f", "-s", argv[3], NULL};
  return fuse_main(4, arguments, &operations, NULL);
}
