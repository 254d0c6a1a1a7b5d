"""Messages that a WooCommerce site sends: signed, and asked for once."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected
from salur.connectors.base.types import PartnerEvent, RawRequest
from salur.connectors.stores.woocommerce.wire import webhook_secret, webhook_signature

from .contracts import contract, exchanges
from .woocommerce import HOOK, example, good, order, woo


@pytest.mark.parametrize("vector", contract("woocommerce/signing.json")["webhooks"], ids=lambda v: v["name"])
def test_a_webhooks_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert webhook_signature(vector["secret"], vector["body"].encode()) == vector["sign"]


def message(changes: dict[str, str] | None = None, body: bytes | None = None) -> RawRequest:
    said = exchanges("woocommerce", "webhook")["an order changed"]["request"]
    raw = json.dumps(said["json"], ensure_ascii=False).encode() if body is None else body
    signature = webhook_signature(webhook_secret("cs_secret0123"), raw)
    return RawRequest(
        "POST", HOOK, {**said["headers"], "X-WC-Webhook-Signature": signature, **(changes or {})}, {}, raw
    )


def test_a_message_names_the_order_and_fifteen_of_one_content_are_one() -> None:
    connector, _ = woo({})
    (event,) = connector.parse_callback(message())
    assert event == PartnerEvent(
        "order", event.delivery_id, "727", "processing", datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
    )
    again = connector.parse_callback(message({"X-WC-Webhook-Delivery-ID": "other"}))
    assert [one.delivery_id for one in again] == [event.delivery_id]
    (other,) = connector.parse_callback(message(body=json.dumps(order(status="cancelled")).encode()))
    assert other.delivery_id != event.delivery_id


def test_the_first_ping_is_taken_and_nothing_else_unsigned_is() -> None:
    connector, _ = woo({})
    ping = exchanges("woocommerce", "webhook")["the first ping"]["request"]
    (event,) = connector.parse_callback(RawRequest("POST", HOOK, ping["headers"], {}, ping["body"].encode()))
    assert event.kind == "test"
    for body in (b"webhook_id=", b"webhook_id=1&id=727", b'{"id": 727}', b""):
        with pytest.raises(AuthRejected):
            connector.parse_callback(RawRequest("POST", HOOK, ping["headers"], {}, body))


@pytest.mark.parametrize(
    "signature", ["", "é", base64.b64encode(b"x" * 32).decode(), webhook_signature("cs_secret0123", b"")]
)
def test_a_forged_message_is_refused(signature: str) -> None:
    connector, _ = woo({})
    with pytest.raises(AuthRejected):
        connector.parse_callback(message({"X-WC-Webhook-Signature": signature}))


def test_messages_about_other_things_give_nothing() -> None:
    connector, _ = woo({})
    assert connector.parse_callback(message({"X-WC-Webhook-Topic": "product.updated"})) == []


def test_webhooks_are_made_once_and_made_active_again() -> None:
    connector, site = woo(
        {
            "GET /webhooks": example("webhooks.list", "one switched off by failures"),
            "POST /webhooks": example("webhooks", "made"),
            "PUT /webhooks/{id}": good({"id": 142}),
        }
    )
    assert connector.subscribe(HOOK) is None
    assert [body["topic"] for body in site.bodies("POST /webhooks")] == ["order.created", "order.deleted"]
    (mended,) = site.bodies("PUT /webhooks/{id}")
    assert (mended["topic"], mended["status"]) == ("order.updated", "active")
    assert re.fullmatch("[0-9a-f]{64}", mended["secret"])
    assert "cs_secret0123" not in mended["secret"]
