package dev.pointsman.planted.protocol;

import org.slf4j.Logger;

record UsesLogger(Logger log) {}
