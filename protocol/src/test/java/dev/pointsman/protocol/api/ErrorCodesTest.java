package dev.pointsman.protocol.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The wire strings are a promise to scripts and dashboards. A new code gets a line here; a line
 * that is here is never changed and never removed.
 */
class ErrorCodesTest {
  private static final String PINNED =
      """
          AUTH_MISSING auth.missing 401 REQUEST
          AUTH_INVALID auth.invalid 401 REQUEST
          AUTH_SCOPE auth.scope 403 REQUEST
          NOT_FOUND not-found 404 REQUEST
          METHOD_NOT_ALLOWED method-not-allowed 405 REQUEST
          APP_UNKNOWN app.unknown 404 REQUEST
          RELEASE_UNKNOWN release.unknown 404 REQUEST
          DEPLOYMENT_UNKNOWN deployment.unknown 404 REQUEST
          REQUEST_INVALID request.invalid 400 REQUEST
          PRECONDITION_FAILED precondition.failed 412 REQUEST
          HTTP_LENGTH http.length 400 REQUEST
          HTTP_SLOW http.slow 408 REQUEST
          HTTP_FRAMING http.framing 400 REQUEST
          CONTENT_TYPE content.type 415 REQUEST
          LIMIT_RATE limit.rate 429 REQUEST
          LIMIT_SESSIONS limit.sessions 429 REQUEST
          BUNDLE_FORMAT bundle.format 400 REQUEST
          BUNDLE_ORDER bundle.order 400 REQUEST
          LIMIT_BUNDLE limit.bundle 413 REQUEST
          LIMIT_LIST limit.list 413 REQUEST
          LIMIT_ENTRIES limit.entries 413 REQUEST
          LIMIT_BYTES limit.bytes 413 REQUEST
          LIMIT_FILE limit.file 413 REQUEST
          SIG_MISSING sig.missing 403 INTEGRITY
          SIG_MALFORMED sig.malformed 403 INTEGRITY
          SIG_BAD sig.bad 403 INTEGRITY
          SIG_UNTRUSTED sig.untrusted 403 INTEGRITY
          SIG_NAMESPACE sig.namespace 403 INTEGRITY
          SIG_REVOKED sig.revoked 403 INTEGRITY
          SIG_THRESHOLD sig.threshold 403 INTEGRITY
          SIG_ALGORITHM sig.algorithm 403 INTEGRITY
          STATEMENT_APP statement.app 403 INTEGRITY
          STATEMENT_TARGET statement.target 403 INTEGRITY
          STATEMENT_EXPIRED statement.expired 403 INTEGRITY
          STATEMENT_STALE statement.stale 403 INTEGRITY
          STATEMENT_FUTURE statement.future 403 INTEGRITY
          SEQUENCE_ROLLBACK sequence.rollback 409 INTEGRITY
          SEQUENCE_REUSED sequence.reused 409 INTEGRITY
          SEQUENCE_JUMP sequence.jump 409 INTEGRITY
          RELEASE_EXISTS release.exists 409 REQUEST
          RELEASE_BUSY release.busy 409 REQUEST
          RELEASE_TAINTED release.tainted 409 INTEGRITY
          SESSION_UNKNOWN session.unknown 404 REQUEST
          BLOB_OFFSET blob.offset 409 REQUEST
          BLOB_RANGE blob.range 416 REQUEST
          PULL_FORBIDDEN pull.forbidden 403 REQUEST
          PULL_FAILED pull.failed 502 HOST
          JSON_SYNTAX json.syntax 422 REQUEST
          JSON_DUPLICATE_KEY json.duplicate-key 422 REQUEST
          JSON_UNKNOWN_KEY json.unknown-key 422 REQUEST
          JSON_VALUE json.value 422 REQUEST
          JSON_DEPTH json.depth 422 REQUEST
          TREE_FORMAT tree.format 422 REQUEST
          TREE_ORDER tree.order 422 REQUEST
          TREE_DIGEST tree.digest 422 INTEGRITY
          TREE_COUNT tree.count 422 INTEGRITY
          TREE_MISSING tree.missing 422 INTEGRITY
          TAR_TRUNCATED tar.truncated 422 REQUEST
          TAR_CHECKSUM tar.checksum 422 REQUEST
          TAR_FORMAT tar.format 422 REQUEST
          TAR_NUMBER tar.number 422 REQUEST
          TAR_PAX tar.pax 422 REQUEST
          TAR_GLOBAL_PAX tar.global-pax 422 REQUEST
          TAR_META_ORDER tar.meta-order 422 REQUEST
          TAR_META_SIZE tar.meta-size 422 REQUEST
          TAR_SPARSE tar.sparse 422 REQUEST
          TAR_SIZE tar.size 422 REQUEST
          TAR_SIZE_MISMATCH tar.size-mismatch 422 REQUEST
          TAR_PADDING tar.padding 422 REQUEST
          TAR_TRAILING_DATA tar.trailing-data 422 REQUEST
          TAR_UNEXPECTED tar.unexpected 422 INTEGRITY
          PATH_ABSOLUTE path.absolute 422 REQUEST
          PATH_TRAVERSAL path.traversal 422 REQUEST
          PATH_COMPONENT path.component 422 REQUEST
          PATH_TOO_LONG path.too-long 422 REQUEST
          PATH_TOO_DEEP path.too-deep 422 REQUEST
          PATH_CHAR path.char 422 REQUEST
          PATH_ENCODING path.encoding 422 REQUEST
          PATH_DUPLICATE path.duplicate 422 REQUEST
          PATH_NOT_A_DIRECTORY path.not-a-directory 422 REQUEST
          PATH_COLLISION path.collision 422 REQUEST
          PATH_RESERVED path.reserved 422 REQUEST
          LINK_ABSOLUTE link.absolute 422 REQUEST
          LINK_ESCAPE link.escape 422 REQUEST
          LINK_FORM link.form 422 REQUEST
          LINK_LOOP link.loop 422 REQUEST
          LINK_DANGLING link.dangling 422 REQUEST
          LINK_HARDLINK link.hardlink 422 REQUEST
          ENTRY_SPECIAL entry.special 422 REQUEST
          ENTRY_MODE entry.mode 422 REQUEST
          ENTRY_TYPE entry.type 422 REQUEST
          BLOB_DIGEST blob.digest 422 INTEGRITY
          BLOB_SIZE blob.size 422 INTEGRITY
          ARCHIVE_DIGEST archive.digest 422 INTEGRITY
          GZIP_FORMAT gzip.format 422 REQUEST
          GZIP_TRAILING gzip.trailing 422 REQUEST
          ZSTD_FORMAT zstd.format 422 REQUEST
          ZSTD_WINDOW zstd.window 422 REQUEST
          HOOK_UNKNOWN hook.unknown 422 REQUEST
          DEPLOYMENT_IN_PROGRESS deployment.in-progress 409 REQUEST
          DEPLOYMENT_QUEUE_FULL deployment.queue-full 429 REQUEST
          NOTHING_TO_ROLL_BACK_TO rollback.no-target 409 REQUEST
          RELEASE_BAD release.bad 409 REQUEST
          RELEASE_DAMAGED release.damaged 409 HOST
          POOL_UNHEALTHY pool.unhealthy 409 WORKER
          APP_STOPPED app.stopped 409 REQUEST
          APP_EMPTY app.empty 409 REQUEST
          SOCKET_LOST listen.lost 503 HOST
          COMMAND_INVALID command.invalid 422 REQUEST
          AGENT_READONLY agent.readonly 503 HOST
          APP_UNMANAGED app.unmanaged 503 HOST
          AGENT_TRUST agent.trust 503 HOST
          AGENT_CLOCK agent.clock 503 HOST
          AGENT_STOPPING agent.stopping 503 HOST
          AGENT_UPGRADE agent.upgrade 409 HOST
          DISK_SPACE disk.space 507 HOST
          DISK_INODES disk.inodes 507 HOST
          HOST_FAULT host.fault 500 HOST
          INTERNAL internal 500 INTERNAL
      """;

  private static final Pattern WIRE = Pattern.compile("[a-z]+([.-][a-z]+)*");

  @Test
  void areThePinnedOnes() {
    List<String> codes =
        Arrays.stream(ErrorCode.values())
            .map(c -> String.join(" ", c.name(), c.wire(), "" + c.status(), "" + c.errorClass()))
            .toList();

    assertThat(codes)
        .containsExactlyInAnyOrderElementsOf(PINNED.lines().map(String::strip).toList());
  }

  @Test
  void haveAWireStringOfTheirOwn() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::wire))
        .doesNotHaveDuplicates()
        .allMatch(WIRE.asMatchPredicate());
  }

  @Test
  void areFoundByTheirWireString() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.ofWire(code.wire())).contains(code);
    }
    assertThat(ErrorCode.ofWire("no.such.code")).isEmpty();
  }

  @Test
  void haveARemedy() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(code.remedy()).as(code.wire()).isNotBlank().doesNotContain("\n");
    }
  }
}
