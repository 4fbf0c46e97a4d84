package dev.pointsman.planted.protocol;

import java.net.Socket;

record OpensSockets(Socket socket) {}
