"""Webhooks of the simulated print-on-demand vendor: subscribing, signing, events (contracts/gearment)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from salur.sandbox.gearment.webhooks import signature
from tests.sandbox.clients import Control, contract
from tests.sandbox.conftest import Receiver
from tests.sandbox.gearment import SKU, Vendor

VECTORS: list[dict[str, Any]] = contract("gearment", "signing.json")["webhooks"]
TOPICS = (
    "TOPIC_ORDER_COMPLETED", "TOPIC_ORDER_CANCELLED", "TOPIC_TRACKING_ORDER_UPDATED", "TOPIC_ORDER_ON_HOLD",
    "TOPIC_SHIPPING_ADDRESS_VERIFIED", "TOPIC_SHIPPING_ADDRESS_UNVERIFIED", "TOPIC_PRODUCT_OUT_OF_STOCK",
)  # fmt: skip


@pytest.fixture
def vendor(control: Control) -> Vendor:
    """The first team."""
    return Vendor(control)


def subscribe(vendor: Vendor, url: str, *topics: str, **more: Any) -> list[str]:
    made = []
    for topic in topics or TOPICS:
        body = {"topic": topic, "delivery_url": url, **more}
        made.append(vendor.good("POST", "webhooks", body)["data"]["webhook_id"])
    return made


def types(receiver: Receiver) -> Counter[str]:
    return Counter(body["type"] for body in receiver.json())


# --- subscribing ----------------------------------------------------------------------------------------------------


def test_webhooks_are_made_listed_and_deleted(control: Control, vendor: Vendor) -> None:
    numbers = subscribe(vendor, "https://hub.example.com/hook")
    rows = vendor.good("GET", "webhooks")["data"]
    assert [(row["webhook_id"], row["status"], row["version"]) for row in rows] == [
        (number, "STATUS_ACTIVE", "VERSION_V3") for number in numbers
    ]
    held = vendor.good("GET", "webhooks", filter_topics=["TOPIC_ORDER_ON_HOLD"])["data"]
    assert [row["topic"] for row in held] == ["TOPIC_ORDER_ON_HOLD"]
    assert vendor.good("DELETE", f"webhooks/{numbers[0]}")["data"]["webhook_id"] == numbers[0]
    assert vendor.bad("DELETE", f"webhooks/{numbers[0]}") == (404, "NOT_FOUND", "webhook_id")
    assert len(control.get("gearment/subscriptions")["subscriptions"]) == len(TOPICS) - 1


def test_an_event_and_version_has_one_address(vendor: Vendor) -> None:
    url, topic = "https://hub.example.com/hook", "TOPIC_ORDER_COMPLETED"
    subscribe(vendor, url, topic)
    again = {"topic": topic, "delivery_url": "https://other.example.com"}
    assert vendor.bad("POST", "webhooks", again) == (400, "ALREADY_EXISTS", "topic")
    subscribe(vendor, url, topic, version="VERSION_V1")
    subscribe(vendor, url, topic, store_id=vendor.store_id)


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"topic": None}, 400, "topic"),
        ({"topic": "TOPIC_GOSSIP"}, 400, "topic"),
        ({"delivery_url": None}, 400, "delivery_url"),
        ({"delivery_url": "http://hub.example.com/hook"}, 400, "delivery_url"),
        ({"delivery_url": "https://hub.example.com/" + "h" * 2048}, 400, "delivery_url"),
        ({"version": "VERSION_V2"}, 400, "version"),
        ({"status": "STATUS_ASLEEP"}, 400, "status"),
        ({"name": "n" * 256}, 400, "name"),
        ({"store_id": "NOPE"}, 404, "store_id"),
        ({"data": {}}, 400, "data"),
    ],
)
def test_a_wrong_subscription_is_refused(vendor: Vendor, changed: dict[str, Any], status: int, field: str) -> None:
    body = {"topic": "TOPIC_ORDER_COMPLETED", "delivery_url": "https://hub.example.com/hook", **changed}
    assert vendor.bad("POST", "webhooks", body)[::2] == (status, field)
    assert vendor.good("GET", "webhooks")["data"] == []


# --- signing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_the_contracts_vectors_come_out(vector: dict[str, Any]) -> None:
    given = (vector["encoding"], vector["path"], vector["nonce"], vector["timestamp"], vector["body"].encode())
    assert signature(vector["key"], *given) == vector["sign"]
    for position, other in enumerate(("/x", "n-2", "1", b"{}"), start=1):
        changed = (*given[:position], other, *given[position + 1 :])
        assert signature(vector["key"], *changed) != vector["sign"]
    assert signature(vector["key"] + "x", *given) != vector["sign"]


@pytest.mark.parametrize("encoding", ["hex", "base64", "base64url"])
@pytest.mark.parametrize("key", ["signature", "secret"])
def test_a_message_is_signed_as_the_settings_say(
    control: Control, vendor: Vendor, receiver: Receiver, key: str, encoding: str
) -> None:
    control.post("settings", gearment={"signature_key": key, "signature_encoding": encoding})
    subscribe(vendor, f"{receiver.url}?a=1", "TOPIC_ORDER_ON_HOLD")
    vendor.order("สั่ง-1")
    vendor.move("สั่ง-1", status="ON_HOLD")
    receiver.wait_for_count(1)
    headers, body = receiver.messages[0]
    form = vendor.given["form"]
    assert headers["X-Connect-Client-Key"] == form["client_key"]
    parts = (urlsplit(receiver.url).path, headers["X-Connect-Nonce"], headers["X-Connect-Timestamp"])
    joined = "".join(parts) + base64.urlsafe_b64encode(body).decode()
    secret = form["signature_key"] if key == "signature" else form["client_secret"]
    digest = hmac.new(secret.encode(), joined.encode(), hashlib.sha256).digest()
    expected = {
        "hex": digest.hex(),
        "base64": base64.b64encode(digest).decode(),
        "base64url": base64.urlsafe_b64encode(digest).decode(),
    }
    assert headers["X-Connect-Signature"] == expected[encoding]


def test_the_signed_path_may_hold_the_query(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    control.post("settings", gearment={"signed_path": "with_query"})
    subscribe(vendor, f"{receiver.url}?a=1", "TOPIC_ORDER_ON_HOLD")
    vendor.order("R1")
    vendor.move("R1", status="ON_HOLD")
    receiver.wait_for_count(1)
    headers, body = receiver.messages[0]
    path = f"{urlsplit(receiver.url).path}?a=1"
    joined = f"{path}{headers['X-Connect-Nonce']}{headers['X-Connect-Timestamp']}"
    joined += base64.urlsafe_b64encode(body).decode()
    key = vendor.given["form"]["signature_key"]
    assert headers["X-Connect-Signature"] == hmac.new(key.encode(), joined.encode(), hashlib.sha256).hexdigest()


# --- events ---------------------------------------------------------------------------------------------------------


def test_every_topic_has_its_event(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    subscribe(vendor, receiver.url)
    for reference, status in (("R1", "SHIPPED"), ("R2", "CANCELLED"), ("R3", "ON_HOLD")):
        vendor.order(reference)
        vendor.move(reference, status=status)
    control.post("settings", gearment={"address_check": "unverified"})
    vendor.draft("R4")
    control.post("gearment/products", skus=[SKU], stock_label="OUT_OF_STOCK")
    expected = Counter(
        order_completed=1, tracking_updated=1, order_cancelled=1, order_on_hold=1, shipping_address_verified=3,
        shipping_address_unverified=1, product_out_of_stock=1,
    )  # fmt: skip
    receiver.wait_for_count(expected.total())
    assert types(receiver) == expected


def test_a_shipped_order_tells_its_reference_and_number(vendor: Vendor, receiver: Receiver) -> None:
    subscribe(vendor, receiver.url, "TOPIC_TRACKING_ORDER_UPDATED")
    subscribe(vendor, receiver.url, "TOPIC_TRACKING_ORDER_UPDATED", version="VERSION_V1")
    number = vendor.order("R1")
    tracking = vendor.move("R1", status="SHIPPED")["tracking"]
    receiver.wait_for_count(2)
    third, first = sorted(receiver.json(), key=lambda body: "data" in body)
    assert (third["order"]["gearment_id"], third["order"]["reference"], third["order"]["status"]) == (
        number, "R1", "shipped",
    )  # fmt: skip
    assert third["tracking"]["number"] == first["data"]["tracking_number"] == tracking
    assert (first["data"]["gearment_ord_id"], first["data"]["order_id"]) == (number, "R1")
    assert first["api_key"] == vendor.given["form"]["client_key"]
    assert "api_key" not in third


def test_the_tracking_event_may_have_the_other_name(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    control.post("settings", gearment={"tracking_event": "tracking_order_updated"})
    subscribe(vendor, receiver.url, "TOPIC_TRACKING_ORDER_UPDATED")
    vendor.order("R1")
    vendor.move("R1", status="SHIPPED")
    receiver.wait_for_count(1)
    assert types(receiver) == Counter(["tracking_order_updated"])


def test_only_active_subscriptions_of_the_store_hear_of_it(
    control: Control, vendor: Vendor, receiver: Receiver
) -> None:
    control.post("gearment/accounts", team_id=vendor.given["team_id"], stores={"S2": "Second"})
    subscribe(vendor, receiver.url, "TOPIC_ORDER_ON_HOLD", store_id="S2")
    subscribe(vendor, receiver.url, "TOPIC_ORDER_ON_HOLD", status="STATUS_INACTIVE")
    for reference, store in (("R1", vendor.store_id), ("R2", "S2")):
        vendor.order(reference, store_id=store)
        vendor.move(reference, status="ON_HOLD")
    receiver.wait_for_count(1)
    control.post("tick")
    assert [body["order"]["reference"] for body in receiver.json()] == ["R2"]
    assert control.get("callbacks")["waiting"] == []


def test_the_way_of_a_cancellation_is_told(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    control.post("settings", gearment={"cancel_seconds": 0})
    subscribe(vendor, receiver.url, "TOPIC_ORDER_CANCELLED")
    vendor.ask_to_cancel(vendor.order("R1"))
    receiver.wait_for_count(1)
    body = receiver.json()[0]
    assert (body["type"], body["order"]["status"]) == ("order_cancelled", "cancelled")


def test_duplicates_carry_the_same_nonce(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    subscribe(vendor, receiver.url, "TOPIC_ORDER_ON_HOLD")
    control.fault("gearment", "callback", "duplicate")
    for reference in ("R1", "R2"):
        vendor.order(reference)
        vendor.move(reference, status="ON_HOLD")
    receiver.wait_for_count(4)
    nonces = Counter(headers["X-Connect-Nonce"] for headers, _ in receiver.messages)
    assert sorted(nonces.values()) == [2, 2]


def test_messages_come_newest_first_when_reordered(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    subscribe(vendor, receiver.url, "TOPIC_ORDER_ON_HOLD")
    vendor.order("R1")
    vendor.order("R2")
    receiver.answer = 500
    control.post("settings", gearment={"callback_retry_seconds": 100})
    for reference in ("R1", "R2"):
        vendor.move(reference, status="ON_HOLD")
    receiver.wait_for_count(2)
    control.post("tick")
    receiver.messages.clear()
    receiver.answer = 200
    control.fault("gearment", "callback", "reorder")
    control.post("clock", advance=101)
    receiver.wait_for_count(2)
    assert [json.loads(body)["order"]["reference"] for _, body in receiver.messages] == ["R2", "R1"]


def test_a_message_nobody_takes_is_given_up(control: Control, vendor: Vendor, receiver: Receiver) -> None:
    receiver.answer = 503
    control.post("settings", gearment={"callback_tries": 2})
    subscribe(vendor, receiver.url, "TOPIC_ORDER_ON_HOLD")
    vendor.order("R1")
    vendor.move("R1", status="ON_HOLD")
    for tries in (1, 2):
        receiver.wait_for_count(tries)
        control.post("tick")
        assert len(receiver.messages) == tries
        control.post("clock", advance=61)
    control.post("tick")
    counted = control.get("counts")["callbacks"]["gearment"]
    assert (counted["failed_tries"], counted["lost"], counted["waiting"]) == (2, 1, 0)
