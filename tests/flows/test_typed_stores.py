"""Stores whose list tells no update time, or that have no login page, along the hub's own path over real HTTP.

Connected by their form (ShopBase by its login), orders brought in once whatever the overlap, and a change of an open
order seen by the next poll.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from salur.flows.connect import connect_store, finish_login
from salur.flows.runs import carry_on_run
from salur.flows.sync import start_store_sync
from salur.foundation.clock import now
from salur.integrations.acting import Acting
from salur.integrations.login import begin_authorisation
from salur.integrations.models import StoreConnection
from salur.integrations.saving import PartnerRefused
from salur.orders.models import Order, SyncRun
from tests.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")

STORES = ("tokopedia_legacy", "bukalapak", "blibli", "shopbase")
BACK = "https://hub.invalid/back/"


def form(sandbox: Any, channel: str) -> dict[str, str]:
    return {key: str(value) for key, value in sandbox.look("credentials")[channel]["form"].items()}


def connected(sandbox: Any, world: World, channel: str) -> int:
    """The store's id."""
    acting = Acting(world.merchant_id, f"user:{world.user_id}")
    if channel != "shopbase":
        return connect_store(acting, channel, "Toko", form(sandbox, channel))
    address = begin_authorisation(acting, channel, "Toko", form(sandbox, channel), redirect=BACK)
    answer = httpx.post(address, data={"answer": "yes"}, timeout=20)
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    return finish_login(acting, query["state"], query).connection_id


def synced(world: World, store_id: int) -> SyncRun:
    with world.scope():
        run = start_store_sync(store_id, trigger="button", until=now() + timedelta(minutes=1))
        assert run is not None
    carry_on_run(world.merchant_id, run.pk)
    with world.scope():
        return SyncRun.objects.get(pk=run.pk)


@pytest.mark.parametrize("channel", STORES)
def test_orders_come_in_once_and_their_changes_with_the_next_poll(sandbox: Any, channel: str) -> None:
    world = make_world()
    store_id = connected(sandbox, world, channel)
    made = sandbox.control(f"{channel}/orders", {"count": 120, "updated_seconds_ago": 2 * 86400})
    first = synced(world, store_id)
    assert (first.state, first.created, first.failed) == ("done", 120, 0)
    again = synced(world, store_id)
    assert (again.state, again.created, again.updated, again.failed) == ("done", 0, 0, 0)
    sandbox.control(f"{channel}/orders/{made['numbers'][0]}/status", {"step": "cancelled"})
    changed = synced(world, store_id)
    assert (changed.created, changed.updated) == (0, 1)
    with world.scope():
        mine = Order.objects.filter(store_id=store_id)
        assert set(mine.values_list("external_id", flat=True)) == set(made["ids"])
        assert mine.get(external_id=made["ids"][0]).status == "cancelled"
        assert StoreConnection.objects.get(pk=store_id).state == "connected"


@pytest.mark.parametrize("channel", STORES)
def test_a_strange_order_does_not_keep_the_others_out(sandbox: Any, channel: str) -> None:
    world = make_world()
    store_id = connected(sandbox, world, channel)
    path, person = f"{channel}/orders", {"name": "سارة 🦊 李"}
    good = sandbox.control(path, {"count": 3, "person": person})["ids"]
    sandbox.control(path, {"count": 1, "extra": {"no_address": True}})
    sandbox.control(path, {"count": 1, "extra": {"no_items": True}})
    sandbox.control(path, {"count": 1, "items": [{"sku": f"SKU-{number}"} for number in range(500)]})
    run = synced(world, store_id)
    assert run.state == "done"
    assert run.created + run.failed == run.found
    with world.scope():
        mine = Order.objects.filter(store_id=store_id)
        found = {order.external_id: order.recipient_name for order in mine}
    assert {found.get(number) for number in good} == {person["name"]}


@pytest.mark.parametrize(("channel", "secret"), [("tokopedia_legacy", "client_secret"), ("bukalapak", "password"),
                                                 ("blibli", "seller_key")])  # fmt: skip
def test_wrong_keys_connect_nothing(sandbox: Any, channel: str, secret: str) -> None:
    world = make_world()
    acting = Acting(world.merchant_id, f"user:{world.user_id}")
    with world.scope():
        before = StoreConnection.objects.count()
    with pytest.raises(PartnerRefused):
        connect_store(acting, channel, "Toko", {**form(sandbox, channel), secret: "wrong"})
    with world.scope():
        assert StoreConnection.objects.count() == before


def test_an_ended_token_is_bought_anew_in_the_middle_of_the_work(sandbox: Any) -> None:
    world = make_world()
    store_id = connected(sandbox, world, "tokopedia_legacy")
    sandbox.control("tokopedia_legacy/orders", {"count": 3})
    sandbox.control("tokopedia_legacy/tokens", {"expire": "access"})
    run = synced(world, store_id)
    assert (run.state, run.created) == ("done", 3)
