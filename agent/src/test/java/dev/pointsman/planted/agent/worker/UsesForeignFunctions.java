package dev.pointsman.planted.agent.worker;

import java.lang.foreign.MemorySegment;

record UsesForeignFunctions(MemorySegment segment) {}
