package dev.pointsman.planted.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;

/** Lawful. */
record UsesJackson(JsonNode node, InputStream stream) {}
