package dev.pointsman.agent;

import dev.pointsman.agent.content.Blob;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.content.Part;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.intake.Delivery;
import dev.pointsman.agent.intake.Missing;
import dev.pointsman.agent.intake.Received;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the world how uploads end, and says it in the words of the API. */
record Deliveries(EventLog events, RefusalTally refusals) {
  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

  /** An upload. */
  interface Receiving {
    Delivery receive() throws Rejected, IOException, InterruptedException;
  }

  Control.Upload tell(AppName app, ReleaseId release, String requestedBy, Receiving receiving)
      throws Rejected, IOException, InterruptedException {
    try {
      return switch (receiving.receive()) {
        case Delivery.Complete(Received received) -> {
          if (received.created()) {
            staged(app, release, requestedBy, received);
          }
          yield new Control.Upload.Complete(resource(app, release, received));
        }
        case Delivery.Incomplete(Missing missing) ->
            new Control.Upload.Incomplete(missing(missing));
      };
    } catch (Rejected e) {
      refusals.count(app, e.code());
      RefusedDelivery.tell(events, app, release, requestedBy, e);
      throw e;
    }
  }

  /** A file that comes by itself. */
  interface BlobReceiving {
    Blob receive() throws Rejected, IOException;
  }

  /** As {@link #tell}; a part that begins elsewhere is how a sender finds out where to go on. */
  Control.Blob tellBlob(AppName app, String sha256, String requestedBy, BlobReceiving receiving)
      throws Rejected, IOException {
    try {
      return blob(receiving.receive());
    } catch (Rejected e) {
      if (e.code() != ErrorCode.BLOB_OFFSET) {
        RefusedDelivery.tellBlob(events, app, sha256, requestedBy, e);
      }
      throw e;
    }
  }

  private void staged(AppName app, ReleaseId release, String requestedBy, Received received) {
    Map<String, String> data =
        Map.of(
            "release", release.value(),
            "signers", String.join(",", received.release().signers()),
            "requested_by", requestedBy);
    LOG.info("A release is staged. app={} {}", app, data);
    events.publish("release.staged", app.value(), "Release " + release + " is staged.", data);
  }

  private static StagedResource resource(AppName app, ReleaseId release, Received received) {
    return new StagedResource(
        app.value(),
        release.value(),
        "staged",
        received.created(),
        received.release().files(),
        received.newBytes(),
        received.took().toMillis(),
        null);
  }

  static Control.Missing missing(Missing missing) {
    return new Control.Missing(
        missing.files(), missing.bytes(), missing.expires(), missing.paths());
  }

  static Control.Blob blob(Blob blob) {
    return new Control.Blob(blob.offset(), blob.size(), blob.complete());
  }

  static Part part(Control.Part part) {
    return new Part(part.offset(), part.end(), part.total());
  }

  static PackFormat format(Control.PackFormat format) {
    return switch (format) {
      case TAR -> PackFormat.TAR;
      case TAR_GZIP -> PackFormat.TAR_GZIP;
      case TAR_ZSTD -> PackFormat.TAR_ZSTD;
    };
  }
}
