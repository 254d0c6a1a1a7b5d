"""One sandbox process for this folder, reset before every test; no database."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.clients import Control, Shop, Warehouse
from tests.sandbox.lazada_client import Lazada
from tests.sandbox.qimen_client import SKU, QimenWarehouse
from tests.sandbox.tiktok_client import Tiktok


@pytest.fixture(scope="package")
def sandbox_url() -> Iterator[str]:
    """The address of a sandbox of our own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "salur.sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["url"]
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def control(sandbox_url: str) -> Iterator[Control]:
    """Control of a fresh sandbox in which nothing takes time by itself."""
    api = Control(sandbox_url)
    api.post("reset")
    api.post("settings", tick_seconds=0.02, shopee={"tracking_seconds": 0, "document_seconds": 0})
    yield api
    api.http.close()


@pytest.fixture
def shop(control: Control) -> Shop:
    """A linked shop."""
    return Shop(control).link()


@pytest.fixture
def warehouse(control: Control) -> Warehouse:
    """An account with ten mugs in TH01."""
    control.post("eccang/products", skus=["MUG-350-WHT"], quantity=10)
    return Warehouse(control)


@pytest.fixture
def house(control: Control) -> QimenWarehouse:
    """A Qimen account with ten mugs in its first warehouse."""
    control.post("qimen/products", skus=[SKU], quantity=10)
    return QimenWarehouse(control)


@pytest.fixture
def lazada(control: Control) -> Lazada:
    """A linked shop in Indonesia where nothing takes time."""
    control.post("settings", lazada={"label_seconds": 0})
    return Lazada(control).link()


@pytest.fixture
def tiktok(control: Control) -> Tiktok:
    """A linked shop in Indonesia where nothing takes time."""
    control.post("settings", tiktok={"tracking_seconds": 0, "label_seconds": 0})
    return Tiktok(control).link()


class Receiver:
    """A hub's callback address. ``answer`` may be set to refuse; ``wait_for`` waits for messages.

    ``questions`` answers what a partner asks before it sends any, from the query to JSON.
    """

    def __init__(self) -> None:
        self.url = ""
        self.answer = 200
        self.reply = b""
        self.questions: Callable[[dict[str, str]], Any] = lambda query: {"random": query.get("random", "")}
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.queries: list[dict[str, str]] = []
        self._news = threading.Condition()

    def take(self, headers: dict[str, str], body: bytes, query: dict[str, str]) -> None:
        """A message came in."""
        with self._news:
            self.queries.append(query)
            self.messages.append((headers, body))
            self._news.notify_all()

    def wait_for(self, enough: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until ``enough``; fails after ``seconds``."""
        with self._news:
            assert self._news.wait_for(enough, seconds), f"only {len(self.messages)} messages came"

    def wait_for_count(self, count: int) -> None:
        """Wait until so many messages have come."""
        self.wait_for(lambda: len(self.messages) >= count)

    def json(self) -> list[Any]:
        """All bodies so far."""
        return [json.loads(body) for _, body in self.messages]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A small HTTP server that takes callbacks and shakes hands."""
    taken = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, json.dumps(taken.questions(dict(parse_qsl(urlsplit(self.path).query)))).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # Kept before it is answered: the answer lets the sandbox send the next one, on another thread.
            taken.take(dict(self.headers.items()), body, dict(parse_qsl(urlsplit(self.path).query)))
            self._say(taken.answer, taken.reply)

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    taken.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    yield taken
    server.shutdown()
    server.server_close()
    thread.join()
