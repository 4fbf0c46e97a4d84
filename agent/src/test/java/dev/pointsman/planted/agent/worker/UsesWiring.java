package dev.pointsman.planted.agent.worker;

import dev.pointsman.planted.agent.PlantedWiring;

record UsesWiring(PlantedWiring wiring) {}
