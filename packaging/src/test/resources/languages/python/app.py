"""A web server in plain Python that takes its socket from its supervisor and says when it is ready."""

import http.server
import os
import signal
import socket
import socketserver
import threading

RELEASE = os.environ["RELEASE_ID"]
stopping = threading.Event()


def notify(text):
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(text.encode(), path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        well = not (self.path == "/health" and os.path.exists("sick"))
        body = f"release {RELEASE} worker {os.getpid()}\n".encode()
        self.send_response(200 if well else 503)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if stopping.is_set():
            # Else a client would send its next request to a process that is about to end.
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = False  # The end waits for the answers that are under way.

    def __init__(self, descriptor):
        super().__init__(("", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=descriptor)
        self.socket.setblocking(False)  # Others accept from it too, and may be faster.


def main():
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        raise SystemExit("start me with LISTEN_FDS, as systemd and pointsman do")
    servers = [Server(3 + i) for i in range(int(os.environ["LISTEN_FDS"]))]

    def stop(*_):
        stopping.set()
        notify("STOPPING=1\nSTATUS=answering what is under way")
        for server in servers:
            threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
    for thread in threads:
        thread.start()
    notify(f"READY=1\nSTATUS=serving release {RELEASE}")
    for thread in threads:
        thread.join()
    for server in servers:
        server.server_close()  # Joins the threads of open connections.


main()
