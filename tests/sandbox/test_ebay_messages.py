"""The simulated eBay's Notification API against contracts/ebay, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.sandbox.clients import Control
from tests.sandbox.conftest import Receiver
from tests.sandbox.test_contracts import example_shape, shape
from tests.sandbox.test_ebay import SCOPE, Ebay

BASE = "/commerce/notification/v1"
TOKEN = "verification-token-0123456789-abcdef"
PAYLOAD = {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"}


class Application(Ebay):
    """Calls with the application's own token or the seller's, and answers eBay's question."""

    def __init__(self, control: Control, receiver: Receiver) -> None:
        super().__init__(control)
        self.link()
        told = self.grant(grant_type="client_credentials", scope=SCOPE).json()
        self.application, self.receiver = told["access_token"], receiver

    def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.application}"}
        return self.control.http.request(method, f"/ebay{BASE}{path}", json=body, headers=headers)

    def destination(self, **changes: Any) -> dict[str, Any]:
        config = {"endpoint": self.receiver.url, "verificationToken": TOKEN}
        return {"name": "Salur", "status": "ENABLED", "deliveryConfig": config, **changes}

    def subscribed(self, *topics: str) -> Application:
        """An address that answers, and the seller's subscriptions to it."""
        self.call("PUT", "/config", {"alertEmail": "alerts@example.com"})
        made = self.call("POST", "/destination", self.destination())
        assert (made.status_code, made.content) == (201, b"")
        number = made.headers["location"].rpartition("/")[2]
        for topic in topics:
            wanted = {"topicId": topic, "status": "ENABLED", "destinationId": number, "payload": PAYLOAD}
            assert self.call("POST", "/subscription", wanted, token=self.token).status_code == 201
        return self


@pytest.fixture
def application(control: Control, receiver: Receiver) -> Application:
    receiver.questions = lambda query: {
        "challengeResponse": hashlib.sha256((query["challenge_code"] + TOKEN + receiver.url).encode()).hexdigest()
    }
    return Application(control, receiver)


def key_of(application: Application, header: str) -> Any:
    signed = json.loads(base64.b64decode(header))
    said = application.call("GET", f"/public_key/{signed['kid']}").json()
    assert (said["algorithm"], said["digest"]) == ("ECDSA", "SHA1")
    der = said["key"].removeprefix("-----BEGIN PUBLIC KEY-----").removesuffix("-----END PUBLIC KEY-----")
    return load_der_public_key(base64.b64decode(der)), base64.b64decode(signed["signature"])


def test_messages_are_signed_with_a_key_that_can_be_asked_for(application: Application, receiver: Receiver) -> None:
    application.subscribed("ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED")
    control = application.control
    control.post("settings", ebay={"forged_copies": 1})
    (number,) = control.post("ebay/orders", count=1, items=[{"sku": "A", "quantity": 1}])["numbers"]
    receiver.wait_for(lambda: len(receiver.messages) == 2)
    good = 0
    for headers, body in receiver.messages:
        key, signature = key_of(application, {k.lower(): v for k, v in headers.items()}["x-ebay-signature"])
        try:
            key.verify(signature, body, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - what eBay signs with
            good += 1
        except InvalidSignature:
            continue
    assert good == 1, "the other is the stranger's"
    told = json.loads(receiver.messages[0][1])
    assert told["metadata"] == {"topic": "ORDER_CONFIRMATION", "schemaVersion": "1.0", "deprecated": False}
    assert told["notification"]["data"]["orderId"] == number
    assert application.call("GET", "/public_key/nosuch").status_code == 404
    control.post(f"ebay/orders/{number}/status", step="cancelled")
    assert control.get("callbacks")["waiting"] == [], "eBay has no topic for that"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"deliveryConfig": {"endpoint": "", "verificationToken": TOKEN}}, 400),
        ({"deliveryConfig": {"endpoint": "ftp://hub.example.com/x", "verificationToken": TOKEN}}, 400),
        ({"deliveryConfig": {"endpoint": "http://127.0.0.1:9/x", "verificationToken": TOKEN}}, 400),
        ({"deliveryConfig": {"endpoint": "http://127.0.0.1:9/x", "verificationToken": "short"}}, 400),
        ({"status": "MARKED_DOWN"}, 400),
        ({"name": ""}, 400),
    ],
)
def test_an_address_is_taken_only_as_the_contract_says(application: Application, change: Any, status: int) -> None:
    assert application.call("POST", "/destination", application.destination()).status_code == 400, "no alert email yet"
    application.call("PUT", "/config", {"alertEmail": "alerts@example.com"})
    refused = application.call("POST", "/destination", application.destination(**change))
    assert refused.status_code == status
    assert application.call("GET", "/destination").json()["destinations"] == []


def test_who_may_do_what(application: Application) -> None:
    application.subscribed("ORDER_CONFIRMATION")
    (row,) = application.call("GET", "/destination").json()["destinations"]
    wanted = {"topicId": "ORDER_CONFIRMATION", "status": "ENABLED", "destinationId": row["destinationId"]}
    again = application.call("POST", "/subscription", {**wanted, "payload": PAYLOAD}, token=application.token)
    assert again.status_code == 409
    other = {**wanted, "payload": PAYLOAD, "topicId": "NOSUCH"}
    assert application.call("POST", "/subscription", other, token=application.token).status_code == 403
    assert application.call("GET", "/subscription").status_code == 401, "the application is no seller"
    assert application.call("GET", "/destination", token=application.token).status_code == 401
    assert application.call("POST", "/destination", application.destination()).status_code == 409
    application.control.post("ebay/scopes", scopes=["sell.fulfillment"])
    assert application.call("GET", "/subscription", token=application.token).status_code == 403
    assert application.grant(grant_type="client_credentials", scope=f"{SCOPE}/sell.fulfillment").status_code == 400


def test_an_address_that_takes_nothing_is_marked_down(application: Application, receiver: Receiver) -> None:
    application.subscribed("ORDER_CONFIRMATION")
    application.control.post("settings", ebay={"push_tries": 2, "push_retry_seconds": 0})
    receiver.answer = 500
    application.control.post("ebay/orders", count=1, items=[{"sku": "A", "quantity": 1}])
    receiver.wait_for(lambda: len(receiver.messages) == 2)
    attempts = [json.loads(body)["notification"] for _, body in receiver.messages]
    assert [one["publishAttemptCount"] for one in attempts] == [1, 2]
    assert len({one["notificationId"] for one in attempts}) == 1
    application.control.post("tick")
    (row,) = application.call("GET", "/destination").json()["destinations"]
    assert row["status"] == "MARKED_DOWN"
    receiver.answer = 200
    mended = application.call("PUT", f"/destination/{row['destinationId']}", application.destination())
    assert mended.status_code == 204


def test_the_answers_have_the_examples_shape(application: Application) -> None:
    application.subscribed("ORDER_CONFIRMATION")
    kid = application.control.get("ebay/notifications")["kid"]
    for name, path, example, token in (
        ("getConfig", "/config", "set", ""),
        ("getDestinations", "/destination?limit=100", "one", ""),
        ("getSubscriptions", "/subscription?limit=100", "one", application.token),
        ("getPublicKey", f"/public_key/{kid}", "known", ""),
    ):
        got = application.call("GET", path, token=token).json()
        assert set(shape(got)) == example_shape("ebay", f"notification.{name}", example), name
