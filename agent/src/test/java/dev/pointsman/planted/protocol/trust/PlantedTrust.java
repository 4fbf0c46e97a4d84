package dev.pointsman.planted.protocol.trust;

import dev.pointsman.planted.protocol.bundle.PlantedBundle;
import java.util.List;

/** The other half of a cycle. */
public record PlantedTrust(List<PlantedBundle> bundles) {}
