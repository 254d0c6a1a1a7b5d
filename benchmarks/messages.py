"""A sender of signed messages that takes little of the two cores which the server it measures needs."""

from __future__ import annotations

import itertools
import json
import selectors
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FILLING = "x" * 1500
"""Makes a message about as large as Shopify's smaller ones, of which the hub reads two fields."""

HEAD = (
    "POST /webhooks/store/{store} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\nUser-Agent: Shopify-Captain-Hook\r\nAccept: */*\r\n"
    "X-Shopify-Topic: orders/updated\r\nX-Shopify-Shop-Domain: {domain}\r\nX-Shopify-Hmac-SHA256: {digest}\r\n"
    "X-Shopify-Webhook-Id: "
)
WAIT = 60.0  # seconds until a server that does not answer is given up


@dataclass(frozen=True)
class Address:
    """A store that takes messages, its keys, and the orders that are spoken of."""

    store_id: int
    keys: Mapping[str, str]
    orders: Sequence[str]


class Sender:
    """One connection that is kept open: a message is sent when the one before was acknowledged.

    All but the number of a message is made before the clock starts.
    """

    def __init__(self, port: int, addresses: Sequence[Address], name: str) -> None:
        drafts = [[(_head(port, to, body), body) for body in _bodies(to)] for to in addresses]
        self._drafts = itertools.cycle([draft for together in zip(*drafts, strict=True) for draft in together])
        self._name = name
        self._numbers = itertools.count()
        self.times: list[float] = []
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._begun = 0.0
        self._answer = b""

    def send(self) -> None:
        """Send the next message."""
        head, body = next(self._drafts)
        self._begun, self._answer = time.monotonic(), b""
        self.connection.sendall(b"%b%b-%d\r\n\r\n%b" % (head, self._name.encode(), next(self._numbers), body))

    def acknowledged(self) -> bool:
        """Read on; whether the message was acknowledged. Raises RuntimeError where it was answered otherwise."""
        self._answer += self.connection.recv(65536)
        if not self._answer.startswith(b"HTTP/1.1 204 "):
            raise RuntimeError(f"a message was answered {self._answer[:200]!r}")
        if b"\r\n\r\n" not in self._answer:
            return False
        self.times.append(time.monotonic() - self._begun)
        return True


def _bodies(to: Address) -> list[bytes]:
    updated = "2026-01-01T00:00:00Z"
    return [json.dumps({"id": int(order), "updated_at": updated, "note": FILLING}).encode() for order in to.orders]


def _head(port: int, to: Address, body: bytes) -> bytes:
    from salur.connectors.stores.shopify.wire import webhook_digest

    digest = webhook_digest(body, to.keys["client_secret"])
    length, domain = len(body), to.keys["shop_id"]
    return HEAD.format(store=to.store_id, port=port, length=length, domain=domain, digest=digest).encode()


def send_all(senders: Sequence[Sender], *, count: int = sys.maxsize, seconds: float = float("inf")) -> None:
    """Let each send so many messages, or as many as it can in that time, all at once; then close them."""
    ends, left = time.monotonic() + seconds, dict.fromkeys(senders, count)
    with selectors.DefaultSelector() as waiting:
        for sender in senders:
            waiting.register(sender.connection, selectors.EVENT_READ, sender)
            sender.send()
        while waiting.get_map():
            ready = waiting.select(WAIT)
            if not ready:
                raise RuntimeError("the web server does not answer any more")
            for key, _ in ready:
                sender = key.data
                if sender.acknowledged():
                    left[sender] -= 1
                    if left[sender] and time.monotonic() < ends:
                        sender.send()
                    else:
                        waiting.unregister(sender.connection)
                        sender.connection.close()
