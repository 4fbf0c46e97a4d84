package dev.pointsman.planted.agent.http;

import io.vertx.core.Vertx;

/** Lawful: HTTP is made of Vert.x. */
public record PlantedRoutes(Vertx vertx) {}
