"""Signed messages of one store to the hub's web server while no worker runs, and what a worker makes of them."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from .connecting import OpenStore, open_store
from .measuring import report
from .partner import sandbox

CONNECTIONS = 16
SECONDS = 10.0
ORDERS = 500
PATIENCE = 300.0
FILLING = "x" * 1500
"""Makes a message about as large as Shopify's smaller ones, of which the hub reads two fields."""


def take_messages(processes: int) -> None:
    """Report messages/s acknowledged, and the time until a worker started afterwards has worked on all of them."""
    with sandbox() as partner:
        store = open_store(partner, "shopify")
        store.sell(ORDERS, seconds_ago=600, spread=300)
        _stop_looking(store)
        with _web(processes) as port:
            _Sender(port, store, "warm-up").send(ORDERS)  # each order is named at least once
            senders = [_Sender(port, store, str(number)) for number in range(CONNECTIONS)]
            spent = _send_all(senders)
        times = [one for sender in senders for one in sender.times]
        sent = len(times)
        _check_stored(store, sent + ORDERS)
        worked = _work_off(store)
        store.close()
    cuts = quantiles(times, n=100)
    report(
        "webhook_intake" if processes == 1 else f"webhook_intake_{processes}_processes",
        sent / spent,
        "requests/s",
        sent,
        seconds=spent,
        connections=CONNECTIONS,
        p50_ms=cuts[49] * 1000,
        p95_ms=cuts[94] * 1000,
        p99_ms=cuts[98] * 1000,
        worked_off_per_second=(sent + ORDERS) / worked,
    )


@contextmanager
def _web(processes: int) -> Iterator[int]:
    """The hub's web server as a process of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "salur", "web", "--port", str(port), "--processes", str(processes)]
    process = subprocess.Popen(command, env={**os.environ, "SALUR_BASE_URL": f"http://127.0.0.1:{port}"})
    try:
        ends = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError("the web server did not begin to answer") from None
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


class _Sender:
    """One connection that is kept open: a message is sent when the one before was acknowledged.

    Plain sockets: a client library would take more of the two cores than the server it measures.
    """

    def __init__(self, port: int, store: OpenStore, name: str) -> None:
        from salur.integrations.lines import store_line
        from salur.tenancy.scope import merchant_scope

        with merchant_scope(store.shop.merchant_id, actor="bench", cause="keys"):
            keys = store_line(store.store_id).credentials
        self._secret, self._domain = keys["client_secret"], keys["shop_id"]
        self._port, self._path = port, f"/webhooks/store/{store.store_id}"
        self._orders = [str(row["id"]) for row in store.partner.get("/shopify/orders")["orders"]]
        self._name = name
        self._numbers = itertools.count()
        self.times: list[float] = []

    def send(self, count: int = sys.maxsize, until: float = float("inf")) -> None:
        """Send so many messages, or until that moment (monotonic); raises RuntimeError for one not acknowledged."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while count and (begun := time.monotonic()) < until:
                connection.sendall(self._message(next(self._numbers)))
                answer = connection.recv(65536)
                while b"\r\n\r\n" not in answer:
                    more = connection.recv(65536)
                    if not more:
                        break
                    answer += more
                if not answer.startswith(b"HTTP/1.1 204 "):
                    raise RuntimeError(f"a message was answered {answer[:200]!r}")
                self.times.append(time.monotonic() - begun)
                count -= 1

    def _message(self, number: int) -> bytes:
        from salur.connectors.stores.shopify.wire import webhook_digest

        order = self._orders[number % len(self._orders)]
        updated = datetime.now(UTC).isoformat()
        body = json.dumps({"id": int(order), "updated_at": updated, "note": FILLING}).encode()
        headers = {
            "Host": f"127.0.0.1:{self._port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "X-Shopify-Topic": "orders/updated",
            "X-Shopify-Hmac-SHA256": webhook_digest(body, self._secret),
            "X-Shopify-Shop-Domain": self._domain,
            "X-Shopify-Webhook-Id": f"{self._name}-{number}",
        }
        head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
        return f"POST {self._path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _send_all(senders: list[_Sender]) -> float:
    """All at once; the seconds until the last acknowledgement."""
    begun = time.monotonic()
    with ThreadPoolExecutor(len(senders)) as threads:
        for done in [threads.submit(sender.send, until=begun + SECONDS) for sender in senders]:
            done.result()
    return time.monotonic() - begun


def _stop_looking(store: OpenStore) -> None:
    """Orders come by messages alone: no sync that a worker starts may make up for one that was lost."""
    from salur.integrations.models import StoreConnection
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="prepare"):
        StoreConnection.objects.filter(pk=store.store_id).update(automatic_sync=False, next_poll_at=None)


def _count(store: OpenStore, **wanted: Any) -> int:
    from salur.integrations.models import WebhookDelivery
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="count"):
        return WebhookDelivery.objects.filter(store_id=store.store_id, **wanted).count()


def _check_stored(store: OpenStore, acknowledged: int) -> None:
    kept, waiting = _count(store), _count(store, processed_at=None)
    if (kept, waiting) != (acknowledged, acknowledged):
        raise RuntimeError(f"{acknowledged} messages acknowledged, {kept} stored, {waiting} not worked on yet")


def _work_off(store: OpenStore) -> float:
    """Start a worker; seconds until every message was taken up. When it has ended, every order must have come."""
    from salur.orders.models import Order
    from salur.tenancy.scope import merchant_scope

    begun = time.monotonic()
    worker = subprocess.Popen([sys.executable, "-m", "salur", "worker"])
    try:
        while _count(store, processed_at=None):
            if worker.poll() is not None or time.monotonic() > begun + PATIENCE:
                raise RuntimeError(f"{_count(store, processed_at=None)} messages were not worked on")
            time.sleep(0.1)
        spent = time.monotonic() - begun
    finally:
        worker.terminate()  # it ends what it is at
        worker.wait(60)
    with merchant_scope(store.shop.merchant_id, actor="bench", cause="check"):
        orders = Order.objects.filter(store_id=store.store_id).count()
    if orders != ORDERS:
        raise RuntimeError(f"{orders} orders came by messages, not {ORDERS}")
    return spent
