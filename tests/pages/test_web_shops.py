"""Shopify and WooCommerce connected in pages, their orders fetched, and each change brought by a message (R139)."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from salur.flows import subscribing
from salur.flows.events import process_store_events
from salur.flows.ingest import Incoming, ingest_batch
from salur.flows.runs import carry_on_run
from salur.flows.sync import start_store_sync
from salur.foundation.clock import now
from salur.integrations.connect import Acting, connect_file_store
from salur.integrations.models import StoreConnection, WebhookDelivery
from salur.orders.models import Order, OrderSource, SyncRun
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest
from tests.world import store_order

from .addresses import OWNER
from .shop import Shop, open_shop
from .test_every_partner import typed
from .test_partner_pages import leave

FORM = "/integrations/add/store/{}/"


@pytest.fixture
def hub(live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A merchant of a hub that partners can call."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    monkeypatch.setattr(subscribing, "is_public", lambda: True)
    return open_shop()


def by_form(hub: Shop, sandbox: Sandbox) -> str:
    answer = hub.client(OWNER).post(FORM.format("woocommerce"), typed(sandbox, "woocommerce") | {"country": "TH"})
    assert answer.status_code == 302, html.unescape(answer.content.decode())
    return str(answer["Location"])


def by_login(hub: Shop, sandbox: Sandbox) -> str:
    browser = hub.client(OWNER)
    login = leave(browser.post(FORM.format("shopify"), typed(sandbox, "shopify") | {"country": "TH"}))
    agreed = httpx.post(login, data={"allow": "1"})
    back = urlsplit(agreed.headers["location"])
    return str(browser.get(f"{back.path}?{back.query}")["Location"])


WAYS: list[tuple[str, Callable[[Shop, Sandbox], str]]] = [("woocommerce", by_form), ("shopify", by_login)]


@pytest.mark.parametrize(("name", "connect"), WAYS, ids=[way[0] for way in WAYS])
def test_a_web_shop_is_connected_synced_and_heard_of_at_once(
    hub: Shop, sandbox: Sandbox, name: str, connect: Callable[[Shop, Sandbox], str]
) -> None:
    sandbox.control(f"{name}/orders", {"count": 30, "updated_seconds_ago": 600, "spread_seconds": 500})
    page = connect(hub, sandbox)
    with hub.world.scope():
        store = StoreConnection.objects.get(channel=name)
        assert page == f"/integrations/stores/{store.pk}/"
        assert (store.settings["subscribed"], store.auto_confirm, store.by_file) == (True, True, False)
        run = start_store_sync(store.pk, trigger="button")
        assert run is not None
    carry_on_run(hub.world.merchant_id, run.pk)
    shown = sandbox.look(f"{name}/orders")["orders"]
    assert orders(store.pk, hub) == {str(row["id"]): "paid" for row in shown}

    last = shown[-1]
    sandbox.control(f"{name}/orders/{last['number']}/status", {"step": "cancelled"})
    arrived(hub, store.pk, str(last["id"]))
    process_store_events(hub.world.merchant_id, store.pk)
    assert orders(store.pk, hub)[str(last["id"])] == "cancelled"
    assert "Subscribed: changes arrive at once." in html.unescape(hub.client(OWNER).get(page).content.decode())


def test_a_store_by_file_is_opened_later_and_keeps_its_orders(hub: Shop, sandbox: Sandbox) -> None:
    """The export names an order by the number that the API knows it by, so it is met again and not doubled."""
    sandbox.control("woocommerce/orders", {"count": 3})
    number = str(sandbox.look("woocommerce/orders")["orders"][0]["id"])
    who = Acting(hub.world.merchant_id, "test")
    store_id = connect_file_store(who, "woocommerce", "woocommerce", "TH", "THB")
    imported = replace(store_order(number, "M-0000"), version=datetime(2026, 1, 1, tzinfo=UTC))
    with hub.world.scope():
        run = SyncRun(store_id=store_id, source="file", trigger="file", created_at=now())
        run.save()
    ingest_batch(hub.world.merchant_id, store_id, OrderSource.FILE, [Incoming(imported)], run_id=run.pk, actor="test")

    assert by_form(hub, sandbox) == f"/integrations/stores/{store_id}/"
    with hub.world.scope():
        store = StoreConnection.objects.get(channel="woocommerce")
        assert (store.by_file, store.automatic_sync, store.auto_confirm) == (False, True, True)
        fetched = start_store_sync(store_id, trigger="button")
        assert fetched is not None
    carry_on_run(hub.world.merchant_id, fetched.pk)
    assert set(orders(store_id, hub)) == {str(row["id"]) for row in sandbox.look("woocommerce/orders")["orders"]}


def orders(store_id: int, hub: Shop) -> dict[str, Any]:
    with hub.world.scope():
        return dict(Order.objects.filter(store_id=store_id).values_list("external_id", "status"))


def arrived(hub: Shop, store_id: int, subject: str) -> None:
    """The message about the order; it travels over HTTP, in the shop's own time."""
    for _ in range(400):
        with hub.world.scope():
            if WebhookDelivery.objects.filter(store_id=store_id, subject=subject).exists():
                return
        time.sleep(0.05)
    raise AssertionError(f"no message about {subject} within twenty seconds")
