package dev.pointsman.agent;

import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.journal.Receipts;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.sorry.SorryServer;
import dev.pointsman.agent.store.ContentStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;

/**
 * What all apps of this host share.
 *
 * @param sorry answers for apps that nobody serves
 * @param inherited sockets that this process was started with
 * @param steady the time without what the agent could not see; for everything that waits
 * @param preload the file that Node workers load first
 * @param notifications reads what workers without the preload say
 * @param handover command by which a worker sends its socket back, as a JSON array
 */
record Host(
    HostConfig config,
    Processes processes,
    EventLog events,
    Receipts receipts,
    Durability durability,
    ContentStore content,
    Clock clock,
    InstantSource steady,
    SorryServer sorry,
    InheritedSockets inherited,
    Path preload,
    String handover,
    Notifications notifications) {}
