package dev.pointsman.planted.agent;

import dev.pointsman.planted.agent.http.PlantedRoutes;
import io.vertx.core.Vertx;

/** Lawful: the root may know everything. */
public record PlantedWiring(Vertx vertx, PlantedRoutes routes) {}
