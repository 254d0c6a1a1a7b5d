"""A gateway before the simulated warehouse, which answers some calls itself: with a SOAP fault, before or after."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx

FAULT = (
    b'<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    b"<faultcode>s:Server</faultcode><faultstring>Procedure not present</faultstring></s:Fault></s:Body></s:Envelope>"
)


class Gateway:
    """``faults`` maps an operation to how many of its calls get a fault; ``passes`` says whether they still arrive."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.faults: dict[str, int] = {}
        self.passes = False
        self.status = 500
        self.client = httpx.Client(timeout=60)

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        """The status and body for one call."""
        operation = next((one for one in self.faults if f"<service>{one}</service>".encode() in body), "")
        hit = bool(operation) and self.faults[operation] > 0
        if hit:
            self.faults[operation] -= 1
        if hit and not self.passes:
            return self.status, FAULT
        said = self.client.post(self.target + path, content=body, headers={"Content-Type": "text/xml; charset=utf-8"})
        return (self.status, FAULT) if hit else (said.status_code, said.content)


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, body = gateway.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests look at what was asked."""

    return Handler


@contextmanager
def fronted(base_url: str) -> Iterator[tuple[Gateway, str]]:
    """A gateway before the partner at ``base_url``, and the address that takes its place."""
    parts = urlsplit(base_url)
    gateway = Gateway(f"{parts.scheme}://{parts.netloc}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield gateway, f"http://127.0.0.1:{server.server_address[1]}{parts.path}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        gateway.client.close()
