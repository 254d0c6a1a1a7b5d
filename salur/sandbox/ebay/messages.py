"""Signed messages of the Notification API to the addresses that answered its question (contracts/ebay, Messages)."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from salur.sandbox.ebay.filters import iso
from salur.sandbox.engine.callbacks import Delivery
from salur.sandbox.engine.dice import token
from salur.sandbox.engine.exchange import json_bytes

if TYPE_CHECKING:
    from salur.sandbox.ebay.seller import Ebay
    from salur.sandbox.storefront.model import Order, Shop

TOPICS = {"paid": "ORDER_CONFIRMATION", "shipped": "ITEM_MARKED_SHIPPED"}
ACCOUNT_DELETION = "MARKETPLACE_ACCOUNT_DELETION"
#: Whose subscription it is that hears of account deletions.
APPLICATION = ""
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass
class Destination:
    """An address that answered the question. MARKED_DOWN by eBay when it took no messages."""

    id: str
    name: str
    status: str
    endpoint: str
    token: str


@dataclass
class Subscription:
    """``shop_id`` is the seller's, or APPLICATION."""

    id: str
    shop_id: str
    topic: str
    status: str
    destination_id: str


def _key(seed: int, number: int) -> ec.EllipticCurvePrivateKey:
    digits = int(hashlib.sha256(token(seed, "ebay", "message key", number).encode()).hexdigest(), 16)
    return ec.derive_private_key(digits % (_CURVE_ORDER - 1) + 1, ec.SECP256R1())


@dataclass
class Notifications:
    """What eBay holds of one application: alert email, addresses, subscriptions, and its own keys."""

    seed: int
    alert_email: str = ""
    destinations: dict[str, Destination] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    application_tokens: dict[str, float] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    signs_with: str = ""

    def __post_init__(self) -> None:
        self.new_key()

    def new_key(self) -> str:
        """Sign with another key from now on; the earlier ones can still be asked for."""
        number = len(self.keys)
        self.signs_with = str(uuid.UUID(token(self.seed, "ebay", "key id", number)[:32]))
        self.keys[self.signs_with] = _key(self.seed, number)
        return self.signs_with

    def new_id(self) -> str:
        """An id of an address, a subscription or a message."""
        return str(uuid.UUID(token(self.seed, "ebay", "notification", next(self.ids))[:32]))

    def listeners(self, shop_id: str, topic: str) -> list[Destination]:
        """The addresses that hear of a topic now."""
        found = [
            self.destinations[one.destination_id]
            for one in self.subscriptions.values()
            if (one.shop_id, one.topic, one.status) == (shop_id, topic, "ENABLED")
        ]
        return [one for one in found if one.status == "ENABLED"]


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half as getPublicKey shows it: PEM without line breaks."""
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "".join(pem.decode().splitlines())


def signature_header(key: ec.EllipticCurvePrivateKey, name: str, body: bytes) -> str:
    """base64 of {alg, kid, signature, digest}; the signature is ECDSA with SHA-1 over the body."""
    signature = base64.b64encode(key.sign(body, ec.ECDSA(hashes.SHA1()))).decode()  # noqa: S303 - eBay's own choice
    said = {"alg": "ecdsa", "kid": name, "signature": signature, "digest": "SHA1"}
    return base64.b64encode(json.dumps(said).encode()).decode()


async def answers_the_question(ebay: Ebay, endpoint: str, verification: str) -> bool:
    """Call the address with a code; only who holds the verification token can answer."""
    code = token(ebay.core.seed, "ebay", "challenge", next(ebay.notifications.ids))
    try:
        client = ebay.core.postman.outside.client()
        answer = await client.get(endpoint, params={"challenge_code": code})
        said = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
    wanted = hashlib.sha256(f"{code}{verification}{endpoint}".encode()).hexdigest()
    json_type = answer.headers.get("content-type", "application/json").startswith("application/json")
    return json_type and isinstance(said, dict) and said.get("challengeResponse") == wanted


def tell(ebay: Ebay, shop: Shop, order: Order) -> None:
    """Send the message of the step that the order has come to, once for each step; one for each line item."""
    topic, told = TOPICS.get(order.step), order.extra.setdefault("topics", [])
    if topic is None or topic in told:
        return
    told.append(topic)
    for line in order.lines:
        data = {"orderId": order.number, "lineItemId": str(line.id), "sellerId": shop.id}
        _send(ebay, shop.id, topic, data)


def tell_deletion(ebay: Ebay, user_id: str, username: str) -> int:
    """A user's account is gone: the application is told. Answers how many addresses hear of it."""
    data = {"username": username, "userId": user_id, "eiasToken": token(ebay.core.seed, "ebay", "eias", user_id)}
    return _send(ebay, APPLICATION, ACCOUNT_DELETION, data)


def _send(ebay: Ebay, shop_id: str, topic: str, data: dict[str, Any]) -> int:
    listeners, number = ebay.notifications.listeners(shop_id, topic), ebay.notifications.new_id()
    event = iso(ebay.core.clock.now())
    for destination in listeners:
        _attempt(ebay, destination, {"id": number, "topic": topic, "event": event, "data": data}, 1, 0.0)
    return len(listeners)


def _attempt(ebay: Ebay, destination: Destination, what: dict[str, Any], attempt: int, wait: float) -> None:
    """One attempt: the number of attempts stands in the body, so each is signed anew."""
    now, held, settings = ebay.core.clock.now(), ebay.notifications, ebay.settings
    body = json_bytes(
        {
            "metadata": {"topic": what["topic"], "schemaVersion": "1.0", "deprecated": False},
            "notification": {
                "notificationId": what["id"],
                "eventDate": what["event"],
                "publishDate": iso(now + wait),
                "publishAttemptCount": attempt,
                "data": what["data"],
            },
        }
    )

    def lost(_delivery: Delivery) -> None:
        if attempt < settings.push_tries:
            _attempt(ebay, destination, what, attempt + 1, settings.push_retry_seconds)
        elif destination.status == "ENABLED":
            destination.status = "MARKED_DOWN"

    stranger = ec.generate_private_key(ec.SECP256R1())
    signers = [held.keys[held.signs_with]] * max(1, settings.webhook_times) + [stranger] * settings.forged_copies
    for signer in signers:
        headers = {
            "Content-Type": "application/json",
            "X-EBAY-SIGNATURE": signature_header(signer, held.signs_with, body),
        }
        on_lost = None if signer is stranger else lost
        sent = Delivery("ebay", destination.endpoint, body, headers, 1, 0, now, now + wait, on_lost=on_lost)
        ebay.core.postman.send(sent)
