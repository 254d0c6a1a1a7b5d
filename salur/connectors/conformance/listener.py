"""Where the partner's messages arrive: what the hub's web process does, without the hub."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from salur.connectors.base.types import RawRequest


class Listener:
    """Keeps every message; answers a partner's question whether somebody listens."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer.encode()
        self.messages: list[RawRequest] = []
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """The address for a subscription."""
        return f"{self._server.base}/hooks/kit"

    def __enter__(self) -> Listener:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: Listener) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.listener = listener
        self.base = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """A handshake: the query comes back as JSON."""
        self._answer(json.dumps(dict(parse_qsl(urlsplit(self.path).query))).encode())

    def do_POST(self) -> None:
        """A message, kept before it is acknowledged."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(urlsplit(self.path).query))
        address = f"{self.server.base}{self.path}"
        self.server.listener.messages.append(RawRequest("POST", address, dict(self.headers.items()), query, body))
        self._answer(self.server.listener.answer)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
