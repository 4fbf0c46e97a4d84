"""A WSGI application, as for any server: nothing in it knows of its supervisor."""

import os

RELEASE = os.environ["RELEASE_ID"]


def app(environ, start_response):
    well = not (environ["PATH_INFO"] == "/health" and os.path.exists("sick"))
    body = f"release {RELEASE} worker {os.getppid()}\n".encode()
    start_response(
        "200 OK" if well else "503 Service Unavailable",
        [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))],
    )
    return [body]
