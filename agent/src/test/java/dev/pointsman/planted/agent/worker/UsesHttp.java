package dev.pointsman.planted.agent.worker;

import dev.pointsman.planted.agent.http.PlantedRoutes;

record UsesHttp(PlantedRoutes routes) {}
