package dev.pointsman.planted.agent.linux;

import java.lang.foreign.Arena;

/** Lawful: this is where foreign functions live. */
public record PlantedCalls(Arena arena) {}
