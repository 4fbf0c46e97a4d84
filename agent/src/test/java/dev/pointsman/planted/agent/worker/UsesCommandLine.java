package dev.pointsman.planted.agent.worker;

import dev.pointsman.planted.agent.cli.PlantedCommand;

record UsesCommandLine(PlantedCommand command) {}
