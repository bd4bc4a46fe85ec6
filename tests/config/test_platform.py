"""The demonstration's client, against a server that drops a connection now and then."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.demonstration.platform import Platform


class Dropping(BaseHTTPRequestHandler):
    """Answers each request the second time it is sent; the first time it resets the connection."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = (self.path, self.headers.get("Idempotency-Key", ""))
        self.seen.append(sent)
        if sent[1] and self.seen.count(sent) == 1:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.shutdown(socket.SHUT_RD)
            self.close_connection = True
            return
        body = json.dumps({"access_token": "t", "times": self.seen.count(sent)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Dropping.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Dropping) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


def test_sends_a_dropped_request_once_more_under_the_same_key(server: str) -> None:
    platform = Platform(server, "riverside-platform")

    answer = platform.post("/loans", {"amount": "1.00"}, key="once")
    platform.close()

    assert answer["times"] == 2
    assert Dropping.seen[-2:] == [("/api/v1/loans", "once")] * 2
