package dev.pointsman.planted.agent.cli;

/** Lawful. */
public record PlantedCommand(String name) {}
