"""Lazada, TikTok Shop and Tokopedia connected by their own logins in pages, followed by messages (R12, R139)."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from salur.flows import subscribing
from salur.flows.events import process_store_events
from salur.flows.receive_webhook import webhook_address
from salur.flows.runs import carry_on_run
from salur.flows.sync import start_store_sync
from salur.integrations.models import StoreConnection
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest

from .addresses import OWNER
from .reading import text_of
from .shop import Shop, open_shop
from .test_partner_pages import leave
from .test_web_shops import arrived, orders

FORM = "/integrations/add/store/{}/"
NAMES = ("lazada", "tiktok", "tokopedia")
SIGNED_IN_CONSOLE = "lazada"


@pytest.fixture
def hub(live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A merchant of a hub that partners can call."""
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    monkeypatch.setattr(subscribing, "is_public", lambda: True)
    return open_shop()


def connect(hub: Shop, sandbox: Sandbox, channel: str, account: str = "") -> StoreConnection:
    """The whole way of a browser; ``account``: whose application and shop, the channel's own unless said."""
    browser = hub.client(OWNER)
    known = sandbox.look("credentials")[account or channel]
    if channel != SIGNED_IN_CONSOLE:
        told = re.search(r"https?://[^\s<]+/integrations/return/", text_of(browser.get(FORM.format(channel))))
        assert told, "the form does not say where a login returns to"
        sandbox.control(f"{account or channel}/app", {"redirect": told.group()})
    sent = {"name": channel, "country": "ID", **known["form"], **known["settings"]}
    page = leave(browser.post(FORM.format(channel), sent))
    agreed = httpx.post(page, data={"answer": "yes"})
    landed = urlsplit(agreed.headers["location"])
    answer = browser.get(f"{landed.path}?{landed.query}")
    with hub.world.scope():
        store = StoreConnection.objects.get(channel=channel)
    assert answer["Location"] == f"/integrations/stores/{store.pk}/"
    return store


def synced(hub: Shop, store: StoreConnection) -> dict[str, str]:
    with hub.world.scope():
        run = start_store_sync(store.pk, trigger="button")
        assert run is not None
    carry_on_run(hub.world.merchant_id, run.pk)
    with hub.world.scope():
        run.refresh_from_db()
    assert (run.state, run.failed) == ("done", 0)
    return orders(store.pk, hub)


@pytest.mark.parametrize("name", NAMES)
def test_a_marketplace_shop_is_connected_synced_and_heard_of_at_once(hub: Shop, sandbox: Sandbox, name: str) -> None:
    made = sandbox.control(f"{name}/orders", {"count": 130, "updated_seconds_ago": 600, "spread_seconds": 500})
    store = connect(hub, sandbox, name)
    assert (store.country, store.currency, store.auto_arrange, store.auto_confirm) == ("ID", "IDR", True, True)
    assert synced(hub, store) == dict.fromkeys(made["numbers"], "paid")
    if name == SIGNED_IN_CONSOLE:
        sandbox.control(f"{name}/callback", {"url": webhook_address("store", store.pk)})
    last = made["numbers"][-1]
    sandbox.control(f"{name}/orders/{last}/status", {"step": "cancelled"})
    arrived(hub, store.pk, last)
    process_store_events(hub.world.merchant_id, store.pk)
    assert orders(store.pk, hub)[last] == "cancelled"


def test_one_seller_connects_both_halves_of_a_shop_as_two_stores(hub: Shop, sandbox: Sandbox) -> None:
    wish = {"count": 3, "updated_seconds_ago": 60}
    here = sandbox.control("tiktok/orders", wish)["numbers"]
    there = sandbox.control("tiktok/orders", {**wish, "extra": {"commerce_platform": "TOKOPEDIA"}})["numbers"]
    tiktok, tokopedia = connect(hub, sandbox, "tiktok"), connect(hub, sandbox, "tokopedia", account="tiktok")
    assert tiktok.identity_key == tokopedia.identity_key
    assert synced(hub, tiktok) == dict.fromkeys(here, "paid")
    assert synced(hub, tokopedia) == dict.fromkeys(there, "paid")
