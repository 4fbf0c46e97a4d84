"""A worker without a port: it takes jobs, says that it lives, and finishes the job at hand when told to stop."""

import os
import signal
import socket
import threading
import time

stopping = threading.Event()


def notify(text):
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(text.encode(), path)


def main():
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    pause = int(os.environ.get("WATCHDOG_USEC", 4_000_000)) / 4_000_000
    jobs = 0
    notify("READY=1")
    while not stopping.is_set():
        if os.path.exists(os.environ.get("STUCK_IF", "stuck")):
            time.sleep(3600)  # For the test: a job that never ends.
        jobs += 1
        notify(f"WATCHDOG=1\nSTATUS={jobs} jobs done")
        stopping.wait(pause)
    notify("STOPPING=1")
    print("the last job is done", flush=True)


main()
