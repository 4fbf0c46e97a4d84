package dev.pointsman.planted.protocol.bundle;

import dev.pointsman.planted.protocol.trust.PlantedTrust;

/** One half of a cycle. */
public record PlantedBundle(PlantedTrust trust) {}
