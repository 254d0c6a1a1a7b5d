"""eBay's messages from its simulator into the hub: question, keys, forged and repeated ones, all over real HTTP."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from salur.flows.events import process_store_events
from salur.flows.receive_webhook import webhook_address
from salur.integrations import message_keys
from salur.integrations.calling import store_line
from salur.integrations.models import StoreConnection, WebhookDelivery
from salur.integrations.webhooks import subscribe
from salur.orders.models import Order
from salur.tenancy.models import AuditEntry
from tests.harness.partners import Sandbox
from tests.harness.web import LiveWeb, SettingsForTest
from tests.world import World, make_world

from .connecting import give_keys
from .test_webhooks import deliver

PORTAL_TOKEN = "typed-in-the-portal-0123456789abcdef"


@dataclass
class Seller:
    """A store that is connected to the simulated eBay."""

    world: World
    sandbox: Sandbox
    address: str

    def subscribe(self) -> None:
        with self.world.scope():
            line = store_line(self.world.store_id)
        subscribe(line, self.address)

    def sell(self, **wish: Any) -> str:
        number: str = self.sandbox.control("ebay/orders", {"count": 1, **wish})["numbers"][0]
        return number

    def stored(self) -> list[tuple[str, str, str]]:
        with self.world.scope():
            return list(WebhookDelivery.objects.order_by("id").values_list("kind", "subject", "raw_status"))

    def orders(self) -> dict[str, str]:
        with self.world.scope():
            return dict(Order.objects.values_list("external_id", "status"))

    def at_ebay(self) -> Any:
        return self.sandbox.look("ebay/notifications")

    def asked_for_keys(self) -> int:
        return int(self.sandbox.look("counts")["ebay"].get("getPublicKey", {"calls": 0})["calls"])


@pytest.fixture
def seller(
    live_web: LiveWeb, sandbox: Sandbox, settings: SettingsForTest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Seller]:
    monkeypatch.setattr(message_keys, "_rings", OrderedDict())  # the simulator has the same keys in each test
    settings.SALUR = replace(settings.SALUR, base_url=live_web.url)
    world = make_world(channel="ebay")
    known = sandbox.look("credentials")["ebay"]
    tokens = sandbox.control("ebay/tokens", {})
    typed = {**known["form"], "verification_token": PORTAL_TOKEN}
    give_keys(world, "store", {**typed, **{name: str(tokens[name]) for name in ("access_token", "refresh_token")}})
    yield Seller(world, sandbox, webhook_address("store", world.store_id))


def test_a_paid_order_comes_by_message_once_however_often_and_whoever_else_sends_it(seller: Seller) -> None:
    seller.subscribe()
    seller.subscribe()
    (address,), subscriptions = seller.at_ebay()["destinations"], seller.at_ebay()["subscriptions"]
    assert (address["endpoint"], address["status"]) == (seller.address, "ENABLED")
    assert sorted(one["topic"] for one in subscriptions) == ["ITEM_MARKED_SHIPPED", "ORDER_CONFIRMATION"]

    seller.sandbox.control("settings", {"ebay": {"webhook_times": 10, "forged_copies": 2, "push_tries": 1}})
    number = seller.sell(items=[{"sku": "A", "quantity": 1}])
    deliver(seller.sandbox)
    assert seller.stored() == [("order", number, "ORDER_CONFIRMATION")]
    counted = seller.sandbox.look("counts")["callbacks"]["ebay"]
    assert (counted["delivered"], counted["failed_tries"]) == (10, 2), "the forged ones were refused"
    assert seller.asked_for_keys() == 1
    assert process_store_events(seller.world.merchant_id, seller.world.store_id) == 1
    assert seller.orders() == {number: "paid"}

    seller.sandbox.control("settings", {"ebay": {"webhook_times": 1, "forged_copies": 0}})
    seller.sandbox.control("faults", {"partner": "ebay", "operation": "callback", "kind": "reorder"})
    seller.sandbox.control("ebay/keys")
    other = seller.sell(items=[{"sku": "A", "quantity": 1}])
    seller.sandbox.control(f"ebay/orders/{number}/status", {"step": "shipped"})
    deliver(seller.sandbox)
    assert sorted(seller.stored()[1:]) == sorted(
        [("order", number, "ITEM_MARKED_SHIPPED"), ("order", other, "ORDER_CONFIRMATION")]
    )
    assert process_store_events(seller.world.merchant_id, seller.world.store_id) == 2
    assert seller.orders() == {number: "shipped", other: "paid"}
    assert seller.asked_for_keys() == 2, "the new key was asked for, and each only once"


def test_an_address_that_ebay_has_marked_down_is_mended_by_subscribing_again(seller: Seller) -> None:
    seller.subscribe()
    seller.sandbox.control("ebay/destinations", {"url": seller.address, "status": "MARKED_DOWN"})
    seller.sell()
    assert seller.sandbox.look("callbacks")["waiting"] == []
    seller.subscribe()
    assert [one["status"] for one in seller.at_ebay()["destinations"]] == ["ENABLED"]
    seller.sell(items=[{"sku": "A", "quantity": 1}])
    deliver(seller.sandbox)
    assert len(seller.stored()) == 1


def test_a_buyers_deletion_is_acknowledged_and_recorded_without_the_name(seller: Seller) -> None:
    seller.sandbox.control("ebay/portal", {"url": seller.address, "token": PORTAL_TOKEN})
    assert seller.sandbox.control("ebay/deletion", {"user_id": "u-77", "username": "ana_buys"})["told"] == 1
    deliver(seller.sandbox)
    assert seller.stored() == [("erasure", "u-77", "MARKETPLACE_ACCOUNT_DELETION")]
    assert process_store_events(seller.world.merchant_id, seller.world.store_id) == 1
    assert seller.orders() == {}
    with seller.world.scope():
        (entry,) = AuditEntry.objects.filter(action="store.user_deleted")
    told = {"user": "u-77", "told": "MARKETPLACE_ACCOUNT_DELETION"}
    assert (entry.actor, entry.subject, entry.detail) == ("partner", f"store:{seller.world.store_id}", told)


def test_the_question_is_answered_for_this_store_only(seller: Seller, live_web: LiveWeb) -> None:
    with httpx.Client(base_url=live_web.url, timeout=30) as partner:
        path = f"/webhooks/store/{seller.world.store_id}"
        answer = partner.get(path, params={"challenge_code": "c-1"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert set(answer.json()) == {"challengeResponse"}
        assert partner.get(path).status_code == 405
        assert partner.get(path, params={"random": "1"}).status_code == 405
        assert partner.get(path, params={"challenge_code": "x" * 1000}).status_code == 405
        assert partner.get(f"/webhooks/store/{seller.world.store_id + 10**6}", params={"challenge_code": "c"}).is_error
    with pytest.raises(AssertionError, match="did not answer"):
        seller.sandbox.control("ebay/portal", {"url": seller.address, "token": "b" * 40})
    with seller.world.scope():
        StoreConnection.objects.update(settings={"verification_token": "b" * 40})
    seller.sandbox.control("ebay/portal", {"url": seller.address, "token": "b" * 40})  # what was typed since counts
