"""Where the partner's messages arrive: what the hub's web process does, without the hub."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from salur.connectors.base.errors import PartnerError, Rejected
from salur.connectors.base.types import RawRequest

from .bench import Bench


class Listener:
    """Keeps every message. ``challenge`` answers what the partner asks before it sends any, where it does."""

    def __init__(self, answer: str = "", challenge: Callable[[RawRequest], str] | None = None) -> None:
        self.answer = answer.encode()
        self.challenge = challenge
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


def listening(bench: Bench) -> Listener:
    """A listener that does what the hub would for this connector."""
    can = bench.plugin.capabilities
    asked = bench.connector().answer_challenge if "challenge" in can.abilities else None
    return Listener(can.callback_answer, asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: Listener) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.listener = listener
        self.base = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """The partner's question, to whoever knows the answer."""
        challenge = self.server.listener.challenge
        try:
            if challenge is None:
                raise Rejected("no_challenge", "nobody answers questions here")
            answer = challenge(self._request("GET"))
        except PartnerError:
            self.send_error(405)
            return
        self._answer(answer.encode())

    def do_POST(self) -> None:
        """A message, kept before it is acknowledged."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.listener.messages.append(self._request("POST", body))
        self._answer(self.server.listener.answer)

    def _request(self, method: str, body: bytes = b"") -> RawRequest:
        query = dict(parse_qsl(urlsplit(self.path).query))
        return RawRequest(method, f"{self.server.base}{self.path}", dict(self.headers.items()), query, body)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""
