package dev.pointsman.planted.agent.worker;

import io.vertx.core.Vertx;

record UsesVertx(Vertx vertx) {}
