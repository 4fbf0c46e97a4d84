# A worker without the preload: systemd's protocols in plain Python.
import http.server, os, signal, socket, socketserver, sys, threading

def say(text):
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(text.encode(), path)

def given():
    assert int(os.environ["LISTEN_PID"]) == os.getpid(), "LISTEN_PID is not mine"
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    return [(names[i], 3 + i) for i in range(int(os.environ.get("LISTEN_FDS", "0")))]

stopping = threading.Event()

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        sick = self.path == "/health" and "SICK" in os.environ
        body = ("sick" if sick else "%s %d" % (os.environ["RELEASE_ID"], os.getpid())).encode()
        self.send_response(503 if sick else 200)
        self.send_header("Content-Length", str(len(body)))
        if stopping.is_set():
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, fd):
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=fd)
        self.socket.setblocking(False)  # Others accept from it too.
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

# As often as it is told to, and then falls silent.
def beat():
    pause = int(os.environ["WATCHDOG_USEC"]) / 1e6 / 4
    for _ in range(int(os.environ.get("BEATS", "1000000"))):
        say("WATCHDOG=1")
        stopping.wait(pause)

def main():
    servers = [Server(fd) for _, fd in given()]
    def stop(*_):
        stopping.set()
        say("STOPPING=1")
        for server in servers:
            threading.Thread(target=server.shutdown).start()
    signal.signal(signal.SIGTERM, stop)
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}) for server in servers]
    for thread in threads:
        thread.start()
    say("STATUS=warming up")
    if "MUTE" not in os.environ:
        say("READY=1\nSTATUS=serving")
    if "WATCHDOG_USEC" in os.environ:
        threading.Thread(target=beat, daemon=True).start()
    for thread in threads:
        thread.join()
    for server in servers:
        server.server_close()
    print(os.environ["RELEASE_ID"], "stops in order", file=sys.stderr, flush=True)

main()
