"""Messages that Shopify sends: signed, of this shop, and asked for once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.types import PartnerEvent, RawRequest
from salur.connectors.stores.shopify.wire import webhook_digest

from .contracts import contract, exchanges
from .shopify import example, shopify


@pytest.mark.parametrize("vector", contract("shopify/signing.json")["webhooks"], ids=lambda v: v["name"])
def test_a_webhooks_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert webhook_digest(vector["body"].encode(), vector["secret"]) == vector["sign"]


def message(name: str = "an order changed", **headers: str) -> RawRequest:
    said = exchanges("shopify", "webhook")[name]["request"]
    body = json.dumps(said["json"], ensure_ascii=False).encode()
    signed = {**said["headers"], "X-Shopify-Hmac-SHA256": webhook_digest(body, "hush0123"), **headers}
    return RawRequest("POST", "https://hub.example.com/webhooks/store/5", signed, {}, body)


def test_a_message_names_the_order_and_its_own_number() -> None:
    connector, _ = shopify()
    assert connector.parse_callback(message()) == [
        PartnerEvent(
            "order", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "5432100001", "", datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
        )
    ]
    (removed,) = connector.parse_callback(message("the app was removed"))
    assert (removed.kind, removed.raw_status) == ("authorisation", "deauthorised")


@pytest.mark.parametrize("header", ["", "é", webhook_digest(b"{}", "hush0123"), webhook_digest(b"{}", "other")])
def test_a_forged_message_is_refused(header: str) -> None:
    connector, _ = shopify()
    with pytest.raises(AuthRejected):
        connector.parse_callback(message(**{"X-Shopify-Hmac-SHA256": header}))


def test_messages_of_other_shops_and_topics_give_nothing() -> None:
    connector, _ = shopify()
    assert connector.parse_callback(message(**{"X-Shopify-Shop-Domain": "else.myshopify.com"})) == []
    assert connector.parse_callback(message(**{"X-Shopify-Topic": "products/update"})) == []


def test_only_what_is_not_subscribed_to_is_asked_for() -> None:
    there = example("webhookSubscriptions", "those there are")
    there[1]["data"]["webhookSubscriptions"]["pageInfo"] = {"hasNextPage": False, "endCursor": None}
    connector, partner = shopify(
        webhookSubscriptions=there,
        webhookSubscriptionCreate=[
            example("webhookSubscriptions", "made"),
            example("webhookSubscriptions", "there already"),
        ],
    )
    assert connector.subscribe("https://hub.example.com/webhooks/store/5") is None
    topics = [sent["topic"] for sent in partner.sent("webhookSubscriptionCreate")]
    assert topics == ["ORDERS_CREATE", "ORDERS_CANCELLED", "APP_UNINSTALLED"]
