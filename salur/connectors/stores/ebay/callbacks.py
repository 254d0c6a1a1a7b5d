"""eBay's Notification API: its messages, the keys they are signed with, its question, and subscribing (see README).

What is assumed of the wire stands in :data:`TOPICS`, :func:`_order_of` and :data:`DIGESTS`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from salur.connectors.base.errors import AuthRejected, ContractBroken, KeyNeeded, Rejected
from salur.connectors.base.reading import JsonObject, as_object, iso_moment, needed_text, parse_json, text
from salur.connectors.base.types import Credentials, PartnerEvent, RawRequest

from .errors import NotFound
from .mapping import part
from .wire import Wire, in_path

SIGNATURE = "x-ebay-signature"
TOPICS = ("ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED")
"""What a seller's store is subscribed to: paid, and sent by whomever. eBay has no topic for a cancellation."""
ACCOUNT_DELETION = "MARKETPLACE_ACCOUNT_DELETION"
DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256}
LONGEST_CODE = 200
KEY_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


# -- messages ---------------------------------------------------------------------------------------------------------


def read_callback(request: RawRequest) -> Sequence[PartnerEvent]:
    """The event of a message. Raises AuthRejected when forged, KeyNeeded when its key is not at hand.

    A repeat of eBay's carries the same ``notificationId``, so each counts once. A topic that we do not know is kept as
    ``other``.
    """
    _check(request)
    message = as_object(parse_json(request.body, "message"), "message")
    told = part(message, "notification")
    topic, number = needed_text(part(message, "metadata"), "topic"), needed_text(told, "notificationId")
    data, at = part(told, "data"), iso_moment(told, "eventDate")
    if topic == ACCOUNT_DELETION:
        return [PartnerEvent("erasure", number, text(data, "userId"), topic, at)]
    order = _order_of(data) if topic in TOPICS else ""
    return [PartnerEvent("order" if order else "other", number, order, topic, at)]


def _order_of(data: JsonObject) -> str:
    """The order that a message is about; empty when it names none."""
    return text(data, "orderId") or text(part(data, "order"), "orderId")


def _check(request: RawRequest) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        said = base64.b64decode(headers.get(SIGNATURE, "").strip().encode("ascii", "strict"), validate=True)
        signed = as_object(parse_json(said, SIGNATURE), SIGNATURE)
        name, signature = needed_text(signed, "kid"), base64.b64decode(needed_text(signed, "signature"), validate=True)
    except (ContractBroken, UnicodeEncodeError, ValueError) as error:
        raise AuthRejected("bad_signature", "the message carries no signature of eBay's", SIGNATURE) from error
    if not KEY_NAME.fullmatch(name):
        raise AuthRejected("bad_signature", "the key has no name as eBay's have", SIGNATURE)
    if name not in request.keys:
        raise KeyNeeded("unknown_key", "the message is signed with a key that is not known yet", name)
    digest, key = _opened(request.keys[name])
    try:
        key.verify(signature, request.body, ec.ECDSA(digest))
    except InvalidSignature as error:
        raise AuthRejected("bad_signature", "the message is not signed by eBay", SIGNATURE) from error


# -- keys -------------------------------------------------------------------------------------------------------------


def message_key(wire: Wire, name: str) -> str:
    """The public key of that name, as its digest, a colon and the key in base64."""
    token = wire.application_token()
    document = wire.notification("GET", "getPublicKey", f"/public_key/{in_path(name)}", token=token, subject=name)
    if text(document, "algorithm").upper() != "ECDSA":
        raise ContractBroken("bad_algorithm", "eBay signs in a way that is not known here", field="algorithm")
    written = needed_text(document, "key")
    for frame in ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"):
        written = written.replace(frame, "")
    key = f"{needed_text(document, 'digest').upper()}:{''.join(written.split())}"
    _opened(key)
    return key


def _opened(key: str) -> tuple[hashes.HashAlgorithm, ec.EllipticCurvePublicKey]:
    digest, _, written = key.partition(":")
    try:
        opened = load_der_public_key(base64.b64decode(written, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ContractBroken("bad_key", "eBay's public key cannot be read", field="key") from error
    if digest not in DIGESTS or not isinstance(opened, ec.EllipticCurvePublicKey):
        raise ContractBroken("bad_key", "eBay's public key is of another kind", field="digest")
    return DIGESTS[digest](), opened


# -- the question -----------------------------------------------------------------------------------------------------


def verification_token(credentials: Credentials) -> str:
    """What only eBay and we know: as typed, else made of the client secret, so that it need not be kept."""
    secret = credentials.get("client_secret").encode()
    return credentials.get("verification_token") or hmac.new(secret, b"Salur messages", hashlib.sha256).hexdigest()


def answer_challenge(request: RawRequest, credentials: Credentials) -> str:
    """eBay calls with a code before it takes an address; the address is the one that was called."""
    code = request.query.get("challenge_code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise Rejected("no_code", "the call carries no challenge code", field="challenge_code")
    said = code + verification_token(credentials) + request.url.partition("?")[0]
    return json.dumps({"challengeResponse": hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()})


# -- subscribing ------------------------------------------------------------------------------------------------------


def subscribe(wire: Wire, url: str) -> None:
    """Make our address known and subscribe the seller's topics; what is there is mended, so repeating is safe.

    Addresses belong to the application, subscriptions to the seller. Neither ends by itself.
    """
    application = wire.application_token()
    _look_after_alerts(wire, application)
    address = _destination(wire, application, url)
    held = {text(row, "topicId"): row for row in _rows(wire, "subscription", wire.credentials.get("access_token"))}
    for topic in TOPICS:
        _subscribe_to(wire, topic, address, held.get(topic))


def _look_after_alerts(wire: Wire, application: str) -> None:
    """eBay takes no address before it knows whom to write to when the address fails."""
    try:
        wire.notification("GET", "getConfig", "/config", token=application)
    except NotFound:
        mail = wire.credentials.get("alert_email")
        if not mail:
            words = "eBay wants an alert email first: enter one in the settings of this store"
            raise Rejected("no_alert_email", words, field="alert_email") from None
        wire.notification("PUT", "updateConfig", "/config", token=application, body={"alertEmail": mail})


def _destination(wire: Wire, application: str, url: str) -> str:
    """The id of our address, made or mended."""
    wanted = {
        "name": "Salur",
        "status": "ENABLED",
        "deliveryConfig": {"endpoint": url, "verificationToken": verification_token(wire.credentials)},
    }
    row = _known_destination(wire, application, url)
    if row is None:
        wire.notification("POST", "createDestination", "/destination", token=application, body=wanted)
        row = _known_destination(wire, application, url)
        if row is None:
            raise ContractBroken("no_destination", "eBay does not show the address it has taken", field="destinations")
        return needed_text(row, "destinationId")
    number = needed_text(row, "destinationId")
    if text(row, "status") != "ENABLED" or row.get("deliveryConfig") != wanted["deliveryConfig"]:
        path = f"/destination/{in_path(number)}"
        wire.notification("PUT", "updateDestination", path, token=application, body=wanted, subject=number)
    return number


def _known_destination(wire: Wire, application: str, url: str) -> JsonObject | None:
    rows = _rows(wire, "destination", application)
    return next((row for row in rows if text(part(row, "deliveryConfig"), "endpoint") == url), None)


def _subscribe_to(wire: Wire, topic: str, address: str, held: JsonObject | None) -> None:
    seller = wire.credentials.get("access_token")
    wanted: dict[str, object] = {
        "status": "ENABLED",
        "destinationId": address,
        "payload": {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"},
    }
    if held is None:
        body = {"topicId": topic, **wanted}
        wire.notification("POST", "createSubscription", "/subscription", token=seller, body=body, subject=topic)
    elif (text(held, "status"), text(held, "destinationId")) != ("ENABLED", address):
        path = f"/subscription/{in_path(needed_text(held, 'subscriptionId'))}"
        wire.notification("PUT", "updateSubscription", path, token=seller, body=wanted, subject=topic)


def _rows(wire: Wire, what: str, token: str) -> list[JsonObject]:
    return wire.notification_rows(f"get{what.capitalize()}s", f"/{what}", f"{what}s", token)
