"""Amazon, Etsy and eBay connected by their own logins in pages, and followed by polls every eight hours (R139)."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from salur.flows.runs import carry_on_run
from salur.flows.sync import poll_store
from salur.foundation.clock import now
from salur.integrations.calling import call, store_line
from salur.integrations.models import StoreConnection
from salur.orders.models import Order, SyncRun
from tests.harness.partners import Sandbox

from .addresses import OWNER
from .reading import text_of
from .shop import Shop
from .test_partner_pages import leave

FORM = "/integrations/add/store/{}/"
NAMES = ("amazon", "etsy", "ebay")
PARCEL = "1Z999AA10123456784"


def typed(sandbox: Sandbox, name: str) -> dict[str, str]:
    known = sandbox.look("credentials")[name]
    return {"name": name, "country": "US", **known["form"], **known["settings"]}


def connect(shop: Shop, sandbox: Sandbox, name: str) -> StoreConnection:
    """The whole way of a browser: our form, the partner's page, back to the store's page."""
    browser = shop.client(OWNER)
    if name == "ebay":  # the address stands at eBay, under the RuName
        sandbox.control("ebay/accept", {"url": "https://hub.example/integrations/return/"})
    page = leave(browser.post(FORM.format(name), typed(sandbox, name)))
    agreed = httpx.post(page, data={"answer": "yes"})
    back = urlsplit(agreed.headers["location"])
    assert back.path == "/integrations/return/"
    answer = browser.get(f"{back.path}?{back.query}")
    with shop.world.scope():
        store = StoreConnection.objects.get(channel=name)
    assert answer["Location"] == f"/integrations/stores/{store.pk}/"
    return store


def polled(shop: Shop, store_id: int) -> SyncRun:
    assert poll_store(shop.world.merchant_id, store_id) == 1
    with shop.world.scope():
        run = SyncRun.objects.get(store_id=store_id, state="queued")
    carry_on_run(shop.world.merchant_id, run.pk)
    with shop.world.scope():
        run.refresh_from_db()
    assert run.state == "done", (run.error_code, run.error_message)
    return run


def known(shop: Shop, store_id: int) -> dict[str, Any]:
    with shop.world.scope():
        return dict(Order.objects.filter(store_id=store_id).values_list("external_id", "status"))


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_of_the_world_is_connected_synced_changed_and_told(shop: Shop, sandbox: Sandbox, name: str) -> None:
    wish = {"count": 220, "updated_seconds_ago": 900, "spread_seconds": 600}
    numbers = sandbox.control(f"{name}/orders", wish)["numbers"]
    store = connect(shop, sandbox, name)
    assert (store.auto_confirm, store.by_file, store.country) == (True, False, "US")
    run = polled(shop, store.pk)
    assert (run.found, run.created, run.failed) == (220, 220, 0)
    assert known(shop, store.pk) == dict.fromkeys(numbers, "paid")
    with shop.world.scope():
        store.refresh_from_db()
    assert store.next_poll_at is not None
    assert timedelta(hours=7, minutes=50) < store.next_poll_at - now() <= timedelta(hours=8)

    gone, sent = numbers[3], numbers[7]
    sandbox.control(f"{name}/orders/{gone}/status", {"step": "cancelled"})
    with shop.world.scope():
        line = store_line(store.pk)
    assert call(line, lambda connector: connector.confirm(sent, PARCEL, "UPS")).answer().confirmed
    sandbox.control("clock", {"advance": 300})  # some stores hold the last minutes back
    run = polled(shop, store.pk)
    assert (run.updated, run.created, run.failed) == (2, 0, 0)
    changed = {number: status for number, status in known(shop, store.pk).items() if status != "paid"}
    assert changed == {gone: "cancelled", sent: "shipped"}
    shown = html.unescape(text_of(shop.client(OWNER).get(f"/integrations/stores/{store.pk}/")))
    assert name in shown


@pytest.mark.parametrize("name", NAMES)
def test_the_page_before_connecting_says_what_the_shop_cannot_do(shop: Shop, name: str) -> None:
    shown = text_of(shop.client(OWNER).get(FORM.format(name)))
    told = {"amazon": "cancel in Seller Central", "etsy": "write to the buyer", "ebay": "Inventory API"}
    assert told[name] in shown


def test_the_distance_of_polls_is_chosen_on_the_stores_page_and_holds_at_once(shop: Shop, sandbox: Sandbox) -> None:
    store = connect(shop, sandbox, "etsy")
    polled(shop, store.pk)
    page = f"/integrations/stores/{store.pk}/"
    assert "Fetch orders every" in text_of(shop.client(OWNER).get(page))
    sent = {"action": "settings", "poll_seconds": "900", "rate_per_second": "8"}
    assert shop.client(OWNER).post(page, sent).status_code == 302
    with shop.world.scope():
        store.refresh_from_db()
    assert store.next_poll_at is not None
    assert store.next_poll_at <= now() + timedelta(minutes=15)
    polled(shop, store.pk)
    with shop.world.scope():
        store.refresh_from_db()
    assert timedelta(minutes=14) < store.next_poll_at - now() <= timedelta(minutes=15)
