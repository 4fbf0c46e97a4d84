package dev.pointsman.planted.agent.worker;

import io.netty.buffer.ByteBuf;

record UsesNetty(ByteBuf buffer) {}
