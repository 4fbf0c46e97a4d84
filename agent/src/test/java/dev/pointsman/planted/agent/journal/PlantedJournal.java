package dev.pointsman.planted.agent.journal;

import dev.pointsman.planted.agent.release.PlantedRelease;

/** One half of a cycle. */
public record PlantedJournal(PlantedRelease release) {}
