"""Stock and webhooks of the simulated Shopify, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.sandbox.clients import Control
from tests.sandbox.conftest import Receiver
from tests.sandbox.shopify_client import CANCEL, SET_STOCK, SUBSCRIBE, Merchant


@pytest.fixture
def shop(control: Control) -> Merchant:
    control.post("settings", shopify={"cancel_seconds": 0})
    return Merchant(control).link()


# --- stock and goods -------------------------------------------------------------------------------------------------


def entry(shop: Merchant, quantity: int, **more: Any) -> dict[str, Any]:
    """An entry for the first variant at the first location."""
    found = shop.ask(
        "{ productVariants(first: 1) { edges { cursor node { sku inventoryItem { id } } } } "
        "locations(first: 5) { nodes { id isActive } } }"
    )
    item = found["productVariants"]["edges"][0]["node"]["inventoryItem"]["id"]
    place = found["locations"]["nodes"][0]["id"]
    return {"inventoryItemId": item, "locationId": place, "quantity": quantity, "changeFromQuantity": None, **more}


def set_stock(shop: Merchant, key: str, *entries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    wanted: dict[str, Any] = {"name": "available", "reason": "correction", "quantities": list(entries), **more}
    found: list[dict[str, Any]] = shop.ask(SET_STOCK, input=wanted, key=key)["inventorySetQuantities"]["userErrors"]
    return found


def units(shop: Merchant) -> int:
    found: int = shop.ask("{ productVariants(first: 1) { nodes { inventoryQuantity } } }")["productVariants"]["nodes"][
        0
    ]["inventoryQuantity"]
    return found


def test_stock_is_set_whole_or_not_at_all_and_once_for_a_key(control: Control, shop: Merchant) -> None:
    control.post("shopify/items", skus=["A", "B"], stock=10)
    first = entry(shop, 7)
    assert set_stock(shop, "k1", first) == []
    assert units(shop) == 7
    bad = {**first, "inventoryItemId": "gid://shopify/InventoryItem/1"}
    (wrong,) = set_stock(shop, "k2", entry(shop, 3), bad)
    assert (wrong["code"], wrong["field"]) == (
        "INVALID_INVENTORY_ITEM",
        ["input", "quantities", "1", "inventoryItemId"],
    )
    assert units(shop) == 7
    set_stock(shop, "k3", entry(shop, 5))
    assert set_stock(shop, "k1", first) == []
    assert units(shop) == 5, "the same key again changes nothing"
    assert set_stock(shop, "k1", entry(shop, 1))[0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    stale = set_stock(shop, "k4", entry(shop, 1, changeFromQuantity=99))
    assert stale[0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert set_stock(shop, "k5", entry(shop, -1))[0]["code"] == "INVALID_QUANTITY_NEGATIVE"
    assert set_stock(shop, "k6", entry(shop, 1), reason="because")[0]["code"] == "INVALID_REASON"


def test_what_a_version_asks_of_stock_calls(control: Control, shop: Merchant) -> None:
    control.post("shopify/items", skus=["A"], stock=10)
    plain = SET_STOCK.replace(", $key: String!", "").replace("@idempotent(key: $key)", "")
    wanted: dict[str, Any] = {"name": "available", "reason": "correction", "quantities": [entry(shop, 4)]}
    assert "@idempotent" in shop.error(plain, input=wanted)["message"]
    named = {key: value for key, value in wanted["quantities"][0].items() if key != "changeFromQuantity"}
    old = {**wanted, "quantities": [named], "ignoreCompareQuantity": True}
    assert "ignoreCompareQuantity" in shop.error(SET_STOCK, input=old, key="k")["message"]
    shop.version = "2026-01"
    assert shop.ask(plain, input=old)["inventorySetQuantities"]["userErrors"] == []
    assert units(shop) == 4


# --- webhooks --------------------------------------------------------------------------------------------------------


def test_webhooks_are_signed_and_tell_each_topic_once(control: Control, shop: Merchant, receiver: Receiver) -> None:
    for topic in ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED"):
        to = {"uri": receiver.url, "format": "JSON"}
        assert shop.ask(SUBSCRIBE, topic=topic, to=to)["webhookSubscriptionCreate"]["userErrors"] == []
    taken = shop.ask(SUBSCRIBE, topic="ORDERS_CREATE", to={"uri": receiver.url})["webhookSubscriptionCreate"]
    assert taken["userErrors"][0]["message"] == "Address for this topic has already been taken"
    bad = shop.ask(SUBSCRIBE, topic="ORDERS_CREATE", to={"uri": "ftp://x"})["webhookSubscriptionCreate"]
    assert bad["webhookSubscription"] is None
    gid = shop.orders(count=1, note="สั่งซื้อ")[0]
    shop.ask(CANCEL, id=gid)
    receiver.wait_for_count(3)
    sent = [({key.lower(): text for key, text in headers.items()}, body) for headers, body in receiver.messages]
    assert [headers["x-shopify-topic"] for headers, _ in sent] == [
        "orders/create",
        "orders/updated",
        "orders/cancelled",
    ]
    for headers, body in sent:
        digest = hmac.new(shop.form["client_secret"].encode(), body, hashlib.sha256).digest()
        assert headers["x-shopify-hmac-sha256"] == base64.b64encode(digest).decode()
        assert headers["x-shopify-shop-domain"] == shop.form["shop_domain"]
        told = json.loads(body)
        assert (told["admin_graphql_api_id"], told["updated_at"][-6:]) == (gid, "+07:00")
    assert len({headers["x-shopify-webhook-id"] for headers, _ in sent}) == 3


def test_an_address_that_takes_nothing_loses_its_subscription(
    control: Control, shop: Merchant, receiver: Receiver
) -> None:
    control.post("settings", shopify={"push_tries": 2, "push_retry_seconds": 0})
    receiver.answer = 500
    shop.ask(SUBSCRIBE, topic="ORDERS_CREATE", to={"uri": receiver.url})
    shop.orders(count=1)
    receiver.wait_for_count(2)
    first, second = ({key.lower(): text for key, text in headers.items()} for headers, _ in receiver.messages)
    assert first["x-shopify-webhook-id"] == second["x-shopify-webhook-id"]
    control.post("tick")
    assert shop.ask("{ webhookSubscriptions(first: 5) { nodes { id } } }")["webhookSubscriptions"]["nodes"] == []
