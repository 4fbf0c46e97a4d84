package dev.pointsman.planted.protocol;

import io.vertx.core.Vertx;

record UsesVertx(Vertx vertx) {}
