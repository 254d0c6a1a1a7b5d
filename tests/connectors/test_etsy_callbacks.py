"""Messages that Etsy sends: signed, fresh, and naming a receipt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected
from salur.connectors.stores.etsy.connector import EtsyConnector
from salur.connectors.stores.etsy.webhooks import signature

from .contracts import exchanges
from .etsy import RECEIPT, SENT_AT, SHOP, VECTORS, message
from .scripted import Scripted


def receiver(now: float = SENT_AT) -> EtsyConnector:
    return EtsyConnector(SHOP, Scripted({}), clock=lambda: now)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_messages_are_verified_as_worked_out_by_hand(vector: dict[str, Any]) -> None:
    if not vector["good"]:
        with pytest.raises(AuthRejected):
            receiver().parse_callback(message(vector))
        return
    (event,) = receiver().parse_callback(message(vector))
    assert (event.kind, event.subject, event.delivery_id) == ("order", RECEIPT, vector["webhook-id"])


def test_a_signature_among_others_and_without_its_version_is_taken() -> None:
    plain = VECTORS[0]["sign"].removeprefix("v1,")
    for value in (plain, f"v1,AAAA {VECTORS[0]['sign']}"):
        assert receiver().parse_callback(message(VECTORS[0], **{"Webhook-Signature": value}))


@pytest.mark.parametrize("off", [-301, 301, 86_400])
def test_an_old_message_is_a_replay(off: int) -> None:
    with pytest.raises(AuthRejected):
        receiver(SENT_AT + off).parse_callback(message(VECTORS[0]))


def test_without_a_signing_secret_no_message_is_believed() -> None:
    connector = EtsyConnector(SHOP.replaced(webhook_secret=""), Scripted({}), clock=lambda: SENT_AT)
    with pytest.raises(AuthRejected):
        connector.parse_callback(message(VECTORS[0]))


@pytest.mark.parametrize("name", list(exchanges("etsy", "webhook")))
def test_both_texts_of_a_message_name_the_receipt(name: str) -> None:
    body = json.dumps(exchanges("etsy", "webhook")[name]["request"]["json"])
    sign = signature(SHOP["webhook_secret"], "m", str(SENT_AT), body.encode())
    vector = {"webhook-id": "m", "webhook-timestamp": str(SENT_AT), "body": body, "sign": sign}
    (event,) = receiver().parse_callback(message(vector))
    assert event.subject == RECEIPT
    other = EtsyConnector(SHOP.replaced(shop_id="7"), Scripted({}), clock=lambda: SENT_AT)
    assert other.parse_callback(message(vector)) == [], "another shop's receipt"
