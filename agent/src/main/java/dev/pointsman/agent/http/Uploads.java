package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A release that is sent: {@code PUT /v1/apps/APP/releases/ID}, and {@code PUT …/pack} with what
 * the first left missing. Checks what can be checked without the body, then hands it over.
 */
final class Uploads {
  private static final Set<String> BUNDLES =
      Set.of(BundleReader.MEDIA_TYPE, "application/x-tar", "application/octet-stream");
  private static final Map<String, Control.PackFormat> PACKS =
      Map.of(
          "application/x-tar", Control.PackFormat.TAR,
          "application/gzip", Control.PackFormat.TAR_GZIP,
          "application/zstd", Control.PackFormat.TAR_ZSTD);

  private final Control control;
  private final Receiving receiving;
  private final Deploying deploying;
  private final Sessions sessions;

  private record Address(AppName app, ReleaseId release, boolean deploy) {
    String path() {
      return "/v1/apps/" + app + "/releases/" + release;
    }
  }

  Uploads(Control control, Receiving receiving, Deploying deploying, Sessions sessions) {
    this.control = control;
    this.receiving = receiving;
    this.deploying = deploying;
    this.sessions = sessions;
  }

  /** The bundle, or its envelope alone. */
  void put(Exchange exchange) throws Rejected {
    Address address = address(exchange);
    String type = type(exchange);
    if (!BUNDLES.contains(type)) {
      throw wrongType(
          "A bundle is sent as "
              + BundleReader.MEDIA_TYPE
              + " (or application/x-tar, application/octet-stream)",
          type);
    }
    control.app(address.app());
    receiving.admit(exchange);
    receiving.begin(
        exchange,
        "upload " + address.app() + "/" + address.release(),
        body ->
            answer(
                exchange,
                address,
                control.receive(address.app(), address.release(), body, exchange.caller().name())));
  }

  /** Files that are missing. */
  void pack(Exchange exchange) throws Rejected {
    Address address = address(exchange);
    String type = type(exchange);
    Control.@Nullable PackFormat format = PACKS.get(type);
    if (format == null) {
      throw wrongType(
          "A pack is sent as application/gzip, application/zstd or application/x-tar", type);
    }
    control.app(address.app());
    receiving.admit(exchange);
    receiving.begin(
        exchange,
        "pack for " + address.app() + "/" + address.release(),
        body ->
            answer(
                exchange,
                address,
                control.receivePack(
                    address.app(), address.release(), format, body, exchange.caller().name())));
  }

  private static Address address(Exchange exchange) throws Rejected {
    AppName app = exchange.app();
    ReleaseId release = exchange.release();
    exchange.allowQuery("deploy", "activate");
    boolean deploy = Parse.flag(exchange.query("deploy"), "deploy");
    boolean activate = Parse.flag(exchange.query("activate"), "activate");
    return new Address(app, release, deploy || activate);
  }

  private Runnable answer(Exchange exchange, Address address, Control.Upload upload)
      throws Rejected {
    return switch (upload) {
      case Control.Upload.Complete(StagedResource staged) -> {
        StagedResource answer = address.deploy() ? deploy(exchange, address, staged) : staged;
        yield () ->
            exchange.with("Location", address.path()).json(staged.created() ? 201 : 200, answer);
      }
      case Control.Upload.Incomplete(Control.Missing missing) ->
          () -> {
            exchange.with("Location", address.path() + "/pack");
            sessions.send(exchange, 202, missing);
          };
    };
  }

  private StagedResource deploy(Exchange exchange, Address address, StagedResource staged)
      throws Rejected {
    try {
      String id =
          deploying.deploy(exchange, address.app(), address.release(), Control.Overrides.NONE);
      return new StagedResource(
          staged.app(),
          staged.release(),
          staged.state(),
          staged.created(),
          staged.files(),
          staged.newBytes(),
          staged.ms(),
          id);
    } catch (Rejected e) {
      throw new Rejected(
          e.code(), address.release() + " is staged, but not deployed: " + e.detail(), e.entry());
    }
  }

  private static String type(Exchange exchange) {
    String header = exchange.header("Content-Type");
    return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  private static Rejected wrongType(String right, String type) {
    return new Rejected(ErrorCode.CONTENT_TYPE, right + ", not as '" + type + "'.", "Content-Type");
  }

  /** Ends every upload: the agent stops. */
  void stop() {
    receiving.stop();
  }
}
