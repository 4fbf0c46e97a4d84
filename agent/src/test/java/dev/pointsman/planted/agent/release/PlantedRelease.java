package dev.pointsman.planted.agent.release;

import dev.pointsman.planted.agent.journal.PlantedJournal;
import java.util.List;

/** The other half of a cycle. */
public record PlantedRelease(List<PlantedJournal> journals) {}
