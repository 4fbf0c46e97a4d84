package dev.pointsman.protocol.api;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every code that a refusal or a fault can carry: a stable wire string, the HTTP status it answers
 * with, who has to act, and what to do next. A wire string is never reused for something else.
 */
public enum ErrorCode {
  // The request as such.
  AUTH_MISSING(
      "auth.missing",
      401,
      ErrorClass.REQUEST,
      "Send 'Authorization: Bearer TOKEN', or use the unix socket."),
  AUTH_INVALID(
      "auth.invalid",
      401,
      ErrorClass.REQUEST,
      "The token is not known here; make one with 'pointsman token new'."),
  AUTH_SCOPE(
      "auth.scope",
      403,
      ErrorClass.REQUEST,
      "Use a token whose scope and app list cover this request."),
  NOT_FOUND(
      "not-found",
      404,
      ErrorClass.REQUEST,
      "Check the address; 'pointsman status' lists the apps."),
  METHOD_NOT_ALLOWED(
      "method-not-allowed", 405, ErrorClass.REQUEST, "Use one of the methods in the Allow header."),
  APP_UNKNOWN(
      "app.unknown",
      404,
      ErrorClass.REQUEST,
      "Check the name, or add a file for the app to the apps directory and restart the agent."),
  RELEASE_UNKNOWN(
      "release.unknown",
      404,
      ErrorClass.REQUEST,
      "Push the release first; 'pointsman releases' lists those that are here."),
  DEPLOYMENT_UNKNOWN(
      "deployment.unknown",
      404,
      ErrorClass.REQUEST,
      "Check the id; 'pointsman status' shows the last one."),
  REQUEST_INVALID(
      "request.invalid", 400, ErrorClass.REQUEST, "Correct the request as the detail says."),
  PRECONDITION_FAILED(
      "precondition.failed",
      412,
      ErrorClass.REQUEST,
      "Read the resource again and repeat with its new ETag."),
  HTTP_LENGTH(
      "http.length",
      400,
      ErrorClass.REQUEST,
      "Send as many bytes as Content-Length says, or use chunked encoding."),
  HTTP_SLOW("http.slow", 408, ErrorClass.REQUEST, "Check the connection and push again."),
  HTTP_FRAMING(
      "http.framing",
      400,
      ErrorClass.REQUEST,
      "Send either Content-Length or Transfer-Encoding: chunked, and follow it."),
  CONTENT_TYPE(
      "content.type", 415, ErrorClass.REQUEST, "Send the media type that the detail names."),
  LIMIT_RATE("limit.rate", 429, ErrorClass.REQUEST, "Wait for the seconds in Retry-After."),
  LIMIT_SESSIONS("limit.sessions", 429, ErrorClass.REQUEST, "Wait until another upload has ended."),

  // The bundle's shape.
  BUNDLE_FORMAT(
      "bundle.format",
      400,
      ErrorClass.REQUEST,
      "A bundle is one tar: release.json, its signatures, files.lst[.gz], payload.tar[.gz|.zst]."),
  BUNDLE_ORDER(
      "bundle.order",
      400,
      ErrorClass.REQUEST,
      "Put release.json first, then signatures, then files.lst, then the payload."),
  LIMIT_BUNDLE(
      "limit.bundle",
      413,
      ErrorClass.REQUEST,
      "A member of the bundle is larger than its limit; see docs/bundle.md."),
  LIMIT_LIST(
      "limit.list",
      413,
      ErrorClass.REQUEST,
      "Release fewer files, or raise limits.list_size on this host."),
  LIMIT_ENTRIES(
      "limit.entries",
      413,
      ErrorClass.REQUEST,
      "Pack again where it has more than it declared; else raise limits.entries or limits.links on this host."),
  LIMIT_BYTES(
      "limit.bytes",
      413,
      ErrorClass.REQUEST,
      "Pack again where it has more than it declared; else raise limits.tree_size on this host."),
  LIMIT_FILE(
      "limit.file",
      413,
      ErrorClass.REQUEST,
      "Leave the file out, or raise limits.file_size on this host."),

  // Signatures and policy.
  SIG_MISSING(
      "sig.missing",
      403,
      ErrorClass.INTEGRITY,
      "Sign release.json: ssh-keygen -Y sign -n release.v1@pointsman -f KEY release.json"),
  SIG_MALFORMED(
      "sig.malformed",
      403,
      ErrorClass.INTEGRITY,
      "Make the signature again with ssh-keygen -Y sign."),
  SIG_BAD(
      "sig.bad",
      403,
      ErrorClass.INTEGRITY,
      "release.json is not the file that was signed: sign it again, and find out what changed it."),
  SIG_UNTRUSTED(
      "sig.untrusted",
      403,
      ErrorClass.INTEGRITY,
      "The key is not trusted here now; compare allowed_signers with the key that CI uses."),
  SIG_NAMESPACE("sig.namespace", 403, ErrorClass.INTEGRITY, "Sign with -n release.v1@pointsman."),
  SIG_REVOKED(
      "sig.revoked",
      403,
      ErrorClass.INTEGRITY,
      "The key is revoked: sign with another, and find out who still uses this one."),
  SIG_THRESHOLD(
      "sig.threshold",
      403,
      ErrorClass.INTEGRITY,
      "More of the listed principals have to sign; the detail says which."),
  SIG_ALGORITHM(
      "sig.algorithm",
      403,
      ErrorClass.INTEGRITY,
      "Use an Ed25519, ECDSA or RSA (3072 bit and more, SHA-2) key."),
  STATEMENT_APP(
      "statement.app",
      403,
      ErrorClass.INTEGRITY,
      "The bundle was signed for another app or release id than the address names: push it to its own."),
  STATEMENT_TARGET(
      "statement.target",
      403,
      ErrorClass.INTEGRITY,
      "Compare --env, --hosts and --platform of 'pack' with 'trust.env' and 'name' of this host."),
  STATEMENT_EXPIRED("statement.expired", 403, ErrorClass.INTEGRITY, "Build and sign it again."),
  STATEMENT_STALE(
      "statement.stale",
      403,
      ErrorClass.INTEGRITY,
      "The bundle is older than max_age: build and sign it again."),
  STATEMENT_FUTURE(
      "statement.future",
      403,
      ErrorClass.INTEGRITY,
      "The bundle is from the future: check the clocks of the build machine and of this host."),
  SEQUENCE_ROLLBACK(
      "sequence.rollback",
      409,
      ErrorClass.INTEGRITY,
      "A newer release was already accepted. To go back, use 'pointsman rollback'."),
  SEQUENCE_REUSED(
      "sequence.reused",
      409,
      ErrorClass.INTEGRITY,
      "Two different releases carry the same sequence number: find out why before going on."),
  SEQUENCE_JUMP(
      "sequence.jump",
      409,
      ErrorClass.INTEGRITY,
      "Correct the number; where it is right, bring the highest one near it with 'pointsman trust reset-sequence'."),
  RELEASE_EXISTS(
      "release.exists",
      409,
      ErrorClass.REQUEST,
      "Another release with this id is here: give the new one an id of its own."),
  RELEASE_BUSY(
      "release.busy",
      409,
      ErrorClass.REQUEST,
      "The same release is being received just now: wait for it."),

  RELEASE_TAINTED(
      "release.tainted",
      409,
      ErrorClass.INTEGRITY,
      "Without the keys that are revoked now nobody would have accepted it: push a release that is signed anew."),
  SESSION_UNKNOWN(
      "session.unknown",
      404,
      ErrorClass.REQUEST,
      "Send release.json, its signatures and files.lst first: that opens the session."),
  BLOB_OFFSET(
      "blob.offset", 409, ErrorClass.REQUEST, "Go on at the offset that Upload-Offset names."),
  BLOB_RANGE(
      "blob.range", 416, ErrorClass.REQUEST, "Send a range that lies within the listed size."),
  PULL_FORBIDDEN(
      "pull.forbidden",
      403,
      ErrorClass.REQUEST,
      "Let the administrator add the host to [pull] of the host file, or push the bundle."),
  PULL_FAILED(
      "pull.failed",
      502,
      ErrorClass.HOST,
      "See whether the address answers from this host, then ask again: what came is kept."),

  // Content.
  JSON_SYNTAX("json.syntax", 422, ErrorClass.REQUEST, "Correct release.json as the detail says."),
  JSON_DUPLICATE_KEY("json.duplicate-key", 422, ErrorClass.REQUEST, "Name each key once."),
  JSON_UNKNOWN_KEY(
      "json.unknown-key", 422, ErrorClass.REQUEST, "Remove the key, or put it under 'meta'."),
  JSON_VALUE("json.value", 422, ErrorClass.REQUEST, "Correct the value as the detail says."),
  JSON_DEPTH("json.depth", 422, ErrorClass.REQUEST, "Nest less deeply."),
  TREE_FORMAT(
      "tree.format",
      422,
      ErrorClass.REQUEST,
      "Make files.lst with 'pointsman pack' or with the script in docs/bundle.md."),
  TREE_ORDER("tree.order", 422, ErrorClass.REQUEST, "Sort files.lst with LC_ALL=C."),
  TREE_DIGEST(
      "tree.digest",
      422,
      ErrorClass.INTEGRITY,
      "files.lst is not the one that was signed for: send the files that were packed together."),
  TREE_COUNT(
      "tree.count",
      422,
      ErrorClass.INTEGRITY,
      "Counts in release.json and files.lst differ: pack again."),
  TREE_MISSING(
      "tree.missing",
      422,
      ErrorClass.INTEGRITY,
      "The payload lacks a file that files.lst names: pack again."),
  TAR_TRUNCATED(
      "tar.truncated", 422, ErrorClass.REQUEST, "The archive ends too early: make it again."),
  TAR_CHECKSUM("tar.checksum", 422, ErrorClass.REQUEST, "The archive is damaged: make it again."),
  TAR_FORMAT("tar.format", 422, ErrorClass.REQUEST, "Use a ustar, pax or GNU tar archive."),
  TAR_NUMBER("tar.number", 422, ErrorClass.REQUEST, "Use a tar that writes octal numbers."),
  TAR_PAX("tar.pax", 422, ErrorClass.REQUEST, "Make the archive with an ordinary tar."),
  TAR_GLOBAL_PAX(
      "tar.global-pax", 422, ErrorClass.REQUEST, "Make the archive without global pax headers."),
  TAR_META_ORDER(
      "tar.meta-order", 422, ErrorClass.REQUEST, "Make the archive with an ordinary tar."),
  TAR_META_SIZE(
      "tar.meta-size",
      422,
      ErrorClass.REQUEST,
      "A header of the archive is too large: shorten the names."),
  TAR_SPARSE("tar.sparse", 422, ErrorClass.REQUEST, "Make the archive without --sparse."),
  TAR_SIZE(
      "tar.size",
      422,
      ErrorClass.REQUEST,
      "An entry that is not a file carries data: make the archive with an ordinary tar."),
  TAR_SIZE_MISMATCH(
      "tar.size-mismatch",
      422,
      ErrorClass.REQUEST,
      "Two headers disagree about a size: make the archive again."),
  TAR_PADDING(
      "tar.padding",
      422,
      ErrorClass.REQUEST,
      "Padding has data in it: make the archive with an ordinary tar."),
  TAR_TRAILING_DATA(
      "tar.trailing-data",
      422,
      ErrorClass.REQUEST,
      "There is data after the end of the archive: send the archive alone."),
  TAR_UNEXPECTED(
      "tar.unexpected",
      422,
      ErrorClass.INTEGRITY,
      "The payload has an entry that files.lst does not name: pack again, and add nothing after signing."),
  PATH_ABSOLUTE("path.absolute", 422, ErrorClass.REQUEST, "Use paths relative to the release."),
  PATH_TRAVERSAL("path.traversal", 422, ErrorClass.REQUEST, "Remove '.' and '..' from the path."),
  PATH_COMPONENT(
      "path.component", 422, ErrorClass.REQUEST, "A part of the path is empty or too long."),
  PATH_TOO_LONG("path.too-long", 422, ErrorClass.REQUEST, "Shorten the path to 1,024 bytes."),
  PATH_TOO_DEEP("path.too-deep", 422, ErrorClass.REQUEST, "Nest at most 64 directories."),
  PATH_CHAR(
      "path.char",
      422,
      ErrorClass.REQUEST,
      "Rename the file: control characters, backslashes and text direction marks are not allowed."),
  PATH_ENCODING("path.encoding", 422, ErrorClass.REQUEST, "Name files in UTF-8."),
  PATH_DUPLICATE("path.duplicate", 422, ErrorClass.REQUEST, "Name each path once."),
  PATH_NOT_A_DIRECTORY(
      "path.not-a-directory",
      422,
      ErrorClass.REQUEST,
      "A path runs through something that is no directory."),
  PATH_COLLISION(
      "path.collision", 422, ErrorClass.REQUEST, "Two names differ only in Unicode form or case."),
  PATH_RESERVED(
      "path.reserved", 422, ErrorClass.REQUEST, "Rename the file: '.pointsman' is reserved."),
  LINK_ABSOLUTE("link.absolute", 422, ErrorClass.REQUEST, "Make the symbolic link relative."),
  LINK_ESCAPE(
      "link.escape", 422, ErrorClass.REQUEST, "The symbolic link leads out of the release."),
  LINK_FORM(
      "link.form", 422, ErrorClass.REQUEST, "Write the link as '../' parts followed by names."),
  LINK_LOOP("link.loop", 422, ErrorClass.REQUEST, "The symbolic links go in a circle."),
  LINK_DANGLING(
      "link.dangling",
      422,
      ErrorClass.REQUEST,
      "The symbolic link leads to nothing in the release."),
  LINK_HARDLINK(
      "link.hardlink",
      422,
      ErrorClass.REQUEST,
      "A hard link must name an earlier file of the archive."),
  ENTRY_SPECIAL(
      "entry.special", 422, ErrorClass.REQUEST, "Devices, pipes and sockets cannot be released."),
  ENTRY_MODE("entry.mode", 422, ErrorClass.REQUEST, "Remove setuid, setgid and sticky bits."),
  ENTRY_TYPE("entry.type", 422, ErrorClass.REQUEST, "Make the archive with an ordinary tar."),
  BLOB_DIGEST(
      "blob.digest",
      422,
      ErrorClass.INTEGRITY,
      "A file's content is not what was signed for: pack and sign again, and find out what changed it."),
  BLOB_SIZE(
      "blob.size",
      422,
      ErrorClass.INTEGRITY,
      "A file's size is not what was signed for: pack and sign again, and find out what changed it."),
  ARCHIVE_DIGEST(
      "archive.digest",
      422,
      ErrorClass.INTEGRITY,
      "The payload is not the archive that was signed for: send the files that were packed together."),
  GZIP_FORMAT(
      "gzip.format",
      422,
      ErrorClass.REQUEST,
      "The compressed data is damaged or is not gzip: make it again."),
  ZSTD_FORMAT("zstd.format", 422, ErrorClass.REQUEST, "Compress it again, as one zstd frame."),
  ZSTD_WINDOW(
      "zstd.window",
      422,
      ErrorClass.REQUEST,
      "Compress with a window of at most 8 MiB: zstd without --long and --ultra."),
  GZIP_TRAILING(
      "gzip.trailing",
      422,
      ErrorClass.REQUEST,
      "There is data after the compressed stream: compress in one go, and send that alone."),
  HOOK_UNKNOWN(
      "hook.unknown",
      422,
      ErrorClass.REQUEST,
      "Remove 'hooks' from release.json: this version runs none."),

  // Deploying.
  DEPLOYMENT_IN_PROGRESS(
      "deployment.in-progress",
      409,
      ErrorClass.REQUEST,
      "Wait for the running deployment of this app."),
  DEPLOYMENT_QUEUE_FULL(
      "deployment.queue-full", 429, ErrorClass.REQUEST, "Wait for the queued requests."),
  NOTHING_TO_ROLL_BACK_TO(
      "rollback.no-target",
      409,
      ErrorClass.REQUEST,
      "No earlier release was marked good on this host; push and deploy one."),
  RELEASE_BAD(
      "release.bad",
      409,
      ErrorClass.REQUEST,
      "This release failed here before; build a new one, or repeat with force."),
  RELEASE_DAMAGED(
      "release.damaged",
      409,
      ErrorClass.HOST,
      "The staged files are not what was signed: push the release again."),
  POOL_UNHEALTHY(
      "pool.unhealthy",
      409,
      ErrorClass.WORKER,
      "Workers of the running release are not healthy now; repair that first, or repeat with force."),
  APP_STOPPED(
      "app.stopped",
      409,
      ErrorClass.REQUEST,
      "Start it with 'pointsman start APP', or with another release: 'pointsman start APP RELEASE'."),
  APP_EMPTY(
      "app.empty",
      409,
      ErrorClass.REQUEST,
      "Push a release and deploy it: pointsman push --deploy."),
  SOCKET_LOST(
      "listen.lost",
      503,
      ErrorClass.HOST,
      "The agent could not take its listening socket back: workers go on; 'listen.lost' in docs/operations.md says how to give it back."),
  COMMAND_INVALID(
      "command.invalid",
      422,
      ErrorClass.REQUEST,
      "Correct 'command' in the app's file or 'process' in release.json."),

  // The host.
  AGENT_READONLY(
      "agent.readonly",
      503,
      ErrorClass.HOST,
      "The journal could not be written: look at the disk, then restart the agent."),
  APP_UNMANAGED(
      "app.unmanaged",
      503,
      ErrorClass.HOST,
      "The agent could not open this app: repair what the detail names, then restart the agent."),
  AGENT_TRUST(
      "agent.trust",
      503,
      ErrorClass.HOST,
      "allowed_signers cannot be read or is not valid: see the detail."),
  AGENT_CLOCK(
      "agent.clock",
      503,
      ErrorClass.HOST,
      "Set the host's clock. Where the clock is right and the journal has seen a wrong one, see pointsman trust reset-sequence."),
  AGENT_STOPPING(
      "agent.stopping", 503, ErrorClass.HOST, "The agent is stopping: repeat when it is back."),
  AGENT_UPGRADE(
      "agent.upgrade",
      409,
      ErrorClass.HOST,
      "Repair the installation as the detail says and try again; the running agent goes on."),
  DISK_SPACE(
      "disk.space", 507, ErrorClass.HOST, "Free space on the file system that holds the releases."),
  DISK_INODES(
      "disk.inodes",
      507,
      ErrorClass.HOST,
      "Free inodes on the file system that holds the releases."),
  HOST_FAULT("host.fault", 500, ErrorClass.HOST, "See the detail and the agent's log."),
  INTERNAL(
      "internal",
      500,
      ErrorClass.INTERNAL,
      "This is a bug: please report it with the agent's log.");

  private static final Map<String, ErrorCode> BY_WIRE =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ErrorCode::wire, Function.identity()));

  private final String wire;
  private final int status;
  private final ErrorClass errorClass;
  private final String remedy;

  ErrorCode(String wire, int status, ErrorClass errorClass, String remedy) {
    this.wire = wire;
    this.status = status;
    this.errorClass = errorClass;
    this.remedy = remedy;
  }

  /** The stable string, as in {@code problem.code}. */
  public String wire() {
    return wire;
  }

  /** The HTTP status that goes with it. */
  public int status() {
    return status;
  }

  /** Who has to act. */
  public ErrorClass errorClass() {
    return errorClass;
  }

  /** What to do next, one sentence. */
  public String remedy() {
    return remedy;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return status == 408
        || status == 429
        || status == 503
        || this == RELEASE_BUSY
        || this == PULL_FAILED
        || this == DEPLOYMENT_IN_PROGRESS
        || this == POOL_UNHEALTHY;
  }

  /** The code with this wire string, if it is known to this version. */
  public static Optional<ErrorCode> ofWire(String wire) {
    return Optional.ofNullable(BY_WIRE.get(wire));
  }
}
