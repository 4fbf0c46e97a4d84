package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs actions so that every one of them ends in an answer. */
final class Answering {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  private Answering() {}

  static void answer(Exchange exchange, Routes.Action action) {
    try {
      action.answer(exchange);
    } catch (Rejected e) {
      exchange.problem(e);
    } catch (RuntimeException e) {
      bug(exchange, e);
    }
  }

  /** Something that must not happen: logged with its cause, which the client is not told. */
  static void bug(Exchange exchange, @Nullable Throwable cause) {
    LOG.atError()
        .addKeyValue("method", exchange.request().method())
        .addKeyValue("path", exchange.request().path())
        .setCause(cause)
        .log("A bug while a request was answered");
    exchange.problem(ErrorCode.INTERNAL, "The request failed in a way that nobody foresaw.");
  }
}
