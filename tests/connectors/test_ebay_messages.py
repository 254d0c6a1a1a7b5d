"""eBay's messages against contracts/: signature, question, subscribing, and whatever else may be sent; all pure."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from salur.connectors.base.errors import AuthRejected, ContractBroken, KeyNeeded, Rejected
from salur.connectors.base.message_keys import read_message
from salur.connectors.base.types import RawRequest
from salur.connectors.stores.ebay.connector import EbayConnector

from .contracts import contract
from .ebay import NOW, ORDER, SELLER
from .garbage import documents, names, unusable
from .scripted import Said, Scripted, asked, said

VECTORS = {one["name"]: one for one in contract("ebay/signing.json")["vectors"]}
MESSAGE, CHALLENGE = VECTORS["message"], VECTORS["challenge"]
BODY, ADDRESS = MESSAGE["body"].encode(), CHALLENGE["endpoint"]
OURS = SELLER.replaced(verification_token=CHALLENGE["verification_token"])
DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256}
OWN_KEY = ec.derive_private_key(7, ec.SECP256R1())
TOKEN = said("ebay", "token", "application")


def operation(name: str, example: str) -> tuple[str, Said]:
    return f"notification.{name}", said("ebay", f"notification.{name}", example)


def ebay(*told: tuple[str, Said | list[Said]]) -> tuple[EbayConnector, Scripted]:
    script = Scripted({"token": TOKEN, **dict(told)})
    return EbayConnector(OURS, script, clock=NOW.timestamp), script


def posted(body: bytes = BODY, header: str = MESSAGE["header"], **keys: str) -> RawRequest:
    return RawRequest("POST", ADDRESS, {"X-EBAY-SIGNATURE": header}, {}, body, keys)


def header_of(**said: object) -> str:
    return base64.b64encode(json.dumps(said).encode()).decode()


def signed(message: object, digest: str = "SHA1") -> RawRequest:
    """A message signed with a key of the test's own, which is at hand."""
    body = json.dumps(message).encode()
    algorithm = DIGESTS[digest]()
    signature = base64.b64encode(OWN_KEY.sign(body, ec.ECDSA(algorithm))).decode()
    public = OWN_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return posted(body, header_of(kid="own", signature=signature), own=f"{digest}:{base64.b64encode(public).decode()}")


def about(topic: str, **data: Any) -> dict[str, Any]:
    told = {"notificationId": "n-1", "eventDate": "2026-01-02T05:00:00.000Z", "publishAttemptCount": 1, "data": data}
    return {"metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False}, "notification": told}


def test_the_contracts_message_is_read_with_the_key_that_ebay_gives_out() -> None:
    seller, script = ebay(operation("getPublicKey", "known"))
    with pytest.raises(KeyNeeded) as needed:
        seller.parse_callback(posted())
    assert needed.value.field == MESSAGE["kid"]
    assert script.calls == [], "reading calls nobody"
    (event,) = read_message(seller, posted())
    assert (event.kind, event.subject, event.raw_status) == ("order", ORDER, "ORDER_CONFIRMATION")
    assert event.delivery_id == json.loads(BODY)["notification"]["notificationId"]
    asked_for = script.calls[-1]
    assert asked_for.url.endswith(f"/commerce/notification/v1/public_key/{MESSAGE['kid']}")
    assert asked_for.headers["Authorization"] == f"Bearer {TOKEN[1]['access_token']}", (
        "the application's, not the seller's"
    )


@pytest.mark.parametrize(
    "forge",
    [
        lambda one: replace(one, body=one.body.replace(b"89012", b"89013")),
        lambda one: replace(one, body=one.body + b" "),
        lambda one: replace(one, headers={}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": "é"}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": header_of(kid=MESSAGE["kid"])}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": header_of(kid=MESSAGE["kid"], signature="AAAA")}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": header_of(kid="../config", signature="AAAA")}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": header_of(kid="k" * 101, signature="AAAA")}),
        lambda one: replace(one, headers={"X-EBAY-SIGNATURE": header_of(kid="\ud800", signature="AAAA")}),
    ],
)
def test_a_message_that_was_changed_is_refused(forge: Any) -> None:
    seller, script = ebay(operation("getPublicKey", "known"))
    with pytest.raises(AuthRejected):
        read_message(seller, forge(posted()))
    assert all("config" not in call.url for call in script.calls)


def test_a_key_that_ebay_does_not_know_is_no_key() -> None:
    seller, _ = ebay(operation("getPublicKey", "unknown"))
    with pytest.raises(Rejected):
        read_message(seller, posted())


@pytest.mark.parametrize("wrong", [{"algorithm": "RSA"}, {"digest": "MD5"}, {"key": "AAAA"}, {"key": "é"}])
def test_a_key_of_another_kind_is_told_as_such(wrong: dict[str, str]) -> None:
    name, (status, known) = operation("getPublicKey", "known")
    seller, _ = ebay((name, (status, {**known, **wrong})))
    with pytest.raises(ContractBroken):
        seller.message_key("any")


def test_topics_lead_to_what_they_are_about() -> None:
    seller, _ = ebay()
    for message, expected in (
        (about("ITEM_MARKED_SHIPPED", orderId=ORDER), ("order", ORDER)),
        (about("ORDER_CONFIRMATION", order={"orderId": ORDER}), ("order", ORDER)),
        (about("ORDER_CONFIRMATION"), ("other", "")),
        (about("FEEDBACK_RECEIVED", orderId=ORDER), ("other", "")),
        (about("MARKETPLACE_ACCOUNT_DELETION", userId="u-1", username="ana", eiasToken="t"), ("erasure", "u-1")),
    ):
        for digest in ("SHA1", "SHA256"):
            (event,) = seller.parse_callback(signed(message, digest))
            assert (event.kind, event.subject) == expected
            assert event.raw_status == message["metadata"]["topic"]
            assert "ana" not in repr(event), "a name is not kept"


def test_the_question_is_answered_with_what_only_we_know() -> None:
    code = CHALLENGE["challenge_code"]
    question = RawRequest("GET", f"{ADDRESS}?challenge_code={code}", {}, {"challenge_code": code}, b"")
    seller, _ = ebay()
    assert json.loads(seller.answer_challenge(question)) == {"challengeResponse": CHALLENGE["response"]}
    plain = [EbayConnector(SELLER.replaced(client_secret=one), Scripted({})) for one in ("a", "b")]
    told = {one.answer_challenge(question) for one in (*plain, seller)}
    assert len(told) == 3, "a token of our own differs by the client secret"
    for query in ({}, {"challenge_code": ""}, {"challenge_code": "x" * 1000}, {"random": "1"}):
        with pytest.raises(Rejected):
            seller.answer_challenge(replace(question, query=query))


def test_a_new_address_is_made_known_and_both_topics_are_subscribed() -> None:
    name, known = operation("getDestinations", "one")
    seller, script = ebay(
        operation("getConfig", "set"),
        (name, [said("ebay", name, "none"), known]),
        operation("createDestination", "made"),
        ("notification.getSubscriptions", (200, {"subscriptions": []})),
        operation("createSubscription", "made"),
    )
    assert seller.subscribe(ADDRESS) is None
    assert script.sent("notification.createDestination") == asked("ebay", "notification.createDestination", "made")
    made = [call for call in script.calls if call.operation == "notification.createSubscription"]
    bodies = [json.loads(call.content or b"") for call in made]
    assert bodies[0] == asked("ebay", "notification.createSubscription", "made")
    assert bodies[1] == {**bodies[0], "topicId": "ITEM_MARKED_SHIPPED"}
    assert {call.headers["Authorization"] for call in made} == {f"Bearer {SELLER['access_token']}"}


def test_what_ebay_has_switched_off_is_mended_and_what_is_whole_is_left_alone() -> None:
    name, (_, address) = operation("getDestinations", "one")
    listed, (_, held) = operation("getSubscriptions", "one")
    whole = {**held["subscriptions"][0], "topicId": "ITEM_MARKED_SHIPPED", "subscriptionId": "s-2"}
    for change, expected in (
        ({}, []),
        ({"status": "MARKED_DOWN"}, ["notification.updateDestination"]),
        ({"deliveryConfig": {"endpoint": ADDRESS, "verificationToken": "older"}}, ["notification.updateDestination"]),
    ):
        seller, script = ebay(
            operation("getConfig", "set"),
            (name, (200, {"destinations": [{**address["destinations"][0], **change}]})),
            (listed, (200, {"subscriptions": [*held["subscriptions"], whole]})),
            ("*", (204, None)),
        )
        seller.subscribe(ADDRESS)
        assert [call.operation for call in script.calls if call.method == "PUT"] == expected
    off = {**whole, "status": "DISABLED"}
    seller, script = ebay(
        operation("getConfig", "set"),
        operation("getDestinations", "one"),
        (listed, (200, {"subscriptions": [*held["subscriptions"], off]})),
        ("*", (204, None)),
    )
    seller.subscribe(ADDRESS)
    (put,) = [call for call in script.calls if call.method == "PUT"]
    assert put.url.endswith("/subscription/s-2")


def test_without_an_alert_email_ebay_takes_no_address_so_the_setting_is_asked_for() -> None:
    seller, script = ebay(operation("getConfig", "not set"))
    with pytest.raises(Rejected) as refused:
        seller.subscribe(ADDRESS)
    assert refused.value.field == "alert_email"
    assert "notification.createDestination" not in script.operations()


def test_a_seller_who_never_agreed_to_messages_is_told_and_goes_on_selling() -> None:
    """R30: a permission lacking for messages alone must not pause the store."""
    name = "notification.getSubscriptions"
    seller, _ = ebay(
        operation("getConfig", "set"),
        operation("getDestinations", "one"),
        (name, said("ebay", "getUser", "scope missing")),
    )
    with pytest.raises(Rejected):
        seller.subscribe(ADDRESS)


def test_a_refresh_asks_for_what_was_granted_and_no_more() -> None:
    script = Scripted({"token": said("ebay", "token", "code exchanged")})
    tokens = EbayConnector(SELLER, script).exchange({"code": "c"})
    held = SELLER.replaced(**tokens.details, refresh_token=tokens.refresh_token)
    for credentials, wider in ((held, True), (SELLER, False)):
        script = Scripted({"token": TOKEN})
        EbayConnector(credentials, script).refresh()
        assert (b"commerce.notification" in (script.calls[0].content or b"")) is wider


WORDS = names(
    "metadata topic notification notificationId eventDate data orderId order userId destinations destinationId "
    "deliveryConfig endpoint verificationToken status subscriptions subscriptionId topicId next algorithm digest key "
    "alertEmail access_token errors errorId kid signature"
)


@settings(max_examples=120, deadline=None)
@given(documents(WORDS), documents(WORDS))
def test_any_json_as_a_message_and_as_an_answer(document: Any, header: Any) -> None:
    seller, _ = ebay()
    written = base64.b64encode(json.dumps(header).encode()).decode()
    answered = Scripted({"token": TOKEN, "*": (200, json.dumps(document).encode())})
    found = unusable(
        lambda: seller.parse_callback(signed(document)),
        lambda: seller.parse_callback(signed({**about("ORDER_CONFIRMATION"), "notification": document})),
        lambda: seller.parse_callback(posted(header=written)),
        lambda: EbayConnector(OURS, answered).subscribe(ADDRESS),
        lambda: EbayConnector(OURS, answered).message_key("any"),
    )
    assert found == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.binary(max_size=40))
def test_any_header_and_any_key(header: str, body: bytes) -> None:
    seller, _ = ebay()
    found = unusable(
        lambda: seller.parse_callback(posted(body, header)),
        lambda: seller.parse_callback(posted(body, **{MESSAGE["kid"]: header})),
    )
    assert found == []
