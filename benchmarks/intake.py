"""Signed messages of stores to the hub's web server while no worker runs, and what a worker makes of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

from .connecting import OpenStore, open_store
from .measuring import measured, report, tree_cpu
from .messages import Address, Sender, send_all
from .partner import sandbox
from .shop import Shop, make_shop

CONNECTIONS = 16
SECONDS = 10.0
ORDERS = 500
STORES = 50
PATIENCE = 300.0


def take_messages(processes: int) -> None:
    """Report messages/s acknowledged, and the time until a worker started afterwards has worked on all of them."""
    with sandbox() as partner:
        store = open_store(partner, "shopify")
        store.sell(ORDERS, seconds_ago=600, spread=300)
        _stop_looking(store)
        orders = [str(row["id"]) for row in partner.get("/shopify/orders")["orders"]]
        address = Address(store.store_id, _keys(store.shop, store.store_id), orders)
        name = "webhook_intake" if processes == 1 else f"webhook_intake_{processes}_processes"
        sent = _measure(name, processes, [address], [store.shop])
        worked = _work_off(store)
        store.close()
    report(f"{name}_worked_off", sent / worked, "messages/s", sent, seconds=worked)


def take_messages_of_many() -> None:
    """The same from many stores, each of a merchant of its own, so that few messages can share a commit."""
    shops = [make_shop() for _ in range(STORES)]
    stores = [_made_store(shop, number) for number, shop in enumerate(shops)]
    _measure(f"webhook_intake_{STORES}_stores", 1, stores, shops)


def _measure(name: str, processes: int, addresses: Sequence[Address], shops: Sequence[Shop]) -> int:
    """Report how many messages are taken in; answers how many were, those before the clock started included."""
    with _web(processes) as (port, pid):
        first = Sender(port, addresses, "warm-up")
        send_all([first], count=max(ORDERS, len(addresses)))  # each order is named at least once
        senders = [Sender(port, addresses, str(number)) for number in range(CONNECTIONS)]
        before = tree_cpu(pid)
        with measured() as spent:
            send_all(senders, seconds=SECONDS)
        after = tree_cpu(pid)
    times = [one for sender in senders for one in sender.times]
    _check_stored(shops, len(times) + len(first.times))
    web = None if before is None or after is None else (after - before) / len(times) * 1e6
    database = None if spent.database_cpu is None else spent.database_cpu / len(times) * 1e6
    cuts = quantiles(times, n=100)
    report(
        name,
        len(times) / spent.wall,
        "requests/s",
        len(times),
        seconds=spent.wall,
        connections=CONNECTIONS,
        p50_ms=cuts[49] * 1000,
        p95_ms=cuts[94] * 1000,
        p99_ms=cuts[98] * 1000,
        web_cpu_us=web,
        database_cpu_us=database,
        sender_cpu_us=spent.cpu / len(times) * 1e6,
    )
    return len(times) + len(first.times)


@contextmanager
def _web(processes: int) -> Iterator[tuple[int, int]]:
    """The hub's web server as a process of its own; its port and its process id."""
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
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _keys(shop: Shop, store_id: int) -> dict[str, str]:
    from salur.integrations.lines import store_line
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(shop.merchant_id, actor="bench", cause="keys"):
        return dict(store_line(store_id).credentials.values)


def _made_store(shop: Shop, number: int) -> Address:
    """A Shopify store as an authorisation leaves it, without a partner that could be asked."""
    from salur.foundation.clock import now
    from salur.integrations.models import Credential, StoreConnection
    from salur.integrations.sealing import seal
    from salur.tenancy.scope import merchant_scope

    domain = f"bench-{number}.myshopify.com"
    keys = {
        "client_id": "bench",
        "client_secret": f"{number:064d}",
        "shop_domain": domain,
        "shop_id": domain,
        "access_token": "none",
        "base_url": "http://127.0.0.1:9",
    }
    with merchant_scope(shop.merchant_id, actor="bench", cause="make store"):
        store = StoreConnection(
            channel="shopify", name=domain, country="TH", currency="THB", identity_key=domain, created_at=now()
        )
        store.save()
        sealed = seal(keys, shop.merchant_id, "store", store.pk)
        Credential(store_id=store.pk, sealed=sealed, updated_at=now()).save()
    return Address(store.pk, keys, [str(1000 + order) for order in range(ORDERS)])


def _stop_looking(store: OpenStore) -> None:
    """Orders come by messages alone: no sync that a worker starts may make up for one that was lost."""
    from salur.integrations.models import StoreConnection
    from salur.tenancy.scope import merchant_scope

    with merchant_scope(store.shop.merchant_id, actor="bench", cause="prepare"):
        StoreConnection.objects.filter(pk=store.store_id).update(automatic_sync=False, next_poll_at=None)


def _count(shops: Sequence[Shop], **wanted: Any) -> int:
    from salur.integrations.models import WebhookDelivery
    from salur.tenancy.scope import merchant_scope

    found = 0
    for shop in shops:
        with merchant_scope(shop.merchant_id, actor="bench", cause="count"):
            found += WebhookDelivery.objects.filter(**wanted).count()
    return found


def _check_stored(shops: Sequence[Shop], acknowledged: int) -> None:
    kept, waiting = _count(shops), _count(shops, processed_at=None)
    if (kept, waiting) != (acknowledged, acknowledged):
        raise RuntimeError(f"{acknowledged} messages acknowledged, {kept} stored, {waiting} not worked on yet")


def _work_off(store: OpenStore) -> float:
    """Start a worker; seconds until every message was taken up. When it has ended, every order must have come."""
    from salur.orders.models import Order
    from salur.tenancy.scope import merchant_scope

    begun = time.monotonic()
    worker = subprocess.Popen([sys.executable, "-m", "salur", "worker"])
    try:
        while left := _count([store.shop], processed_at=None):
            if worker.poll() is not None or time.monotonic() > begun + PATIENCE:
                raise RuntimeError(f"{left} messages were not worked on")
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
