package dev.pointsman.planted.protocol;

import java.io.FileInputStream;

record OpensFiles(FileInputStream stream) {}
