"""The Etsy connector against contracts/: statuses, signatures, examples, moving pages and garbage, all pure."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.base.types import Credentials, OrderStatus, RawRequest, TimeWindow
from salur.connectors.stores.etsy.connector import PLUGIN, EtsyConnector
from salur.connectors.stores.etsy.oauth import challenge
from salur.connectors.stores.etsy.statuses import order_status
from salur.connectors.stores.etsy.webhooks import signature

from .contracts import CONTRACTS, contract, exchanges
from .garbage import answers, names, unusable
from .scripted import Said, Scripted, said

SIGNING = contract("etsy/signing.json")
VECTORS = SIGNING["webhooks"]
SENT_AT = 1_767_323_101
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SHOP = Credentials(
    {
        "keystring": "examplekeystring",
        "shared_secret": "EXAMPLESHARED",
        "webhook_secret": VECTORS[0]["secret"],
        "base_url": "https://etsy.invalid",
        "shop_id": "123456",
        "access_token": "456789.EXAMPLEACCESS",
        "refresh_token": "456789.EXAMPLEREFRESH",
        "redirect_uri": "https://hub.example.com/callback",
        "code_verifier": SIGNING["pkce"][0]["code_verifier"],
    }
)
WINDOW = TimeWindow(datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 11, tzinfo=UTC))
RECEIPT, NUMBER = "234567890", "9400100000000000000001"
PAID, SHIPPED = said("etsy", "getShopReceipt", "paid"), said("etsy", "getShopReceipt", "shipped")
TAKEN = said("etsy", "createReceiptShipment", "taken")


def etsy(**told: Said | list[Said]) -> EtsyConnector:
    return EtsyConnector(SHOP, Scripted(told), clock=NOW.timestamp)


def script_of(connector: EtsyConnector) -> Scripted:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport


def sent_form(connector: EtsyConnector, operation: str) -> dict[str, str]:
    call = next(call for call in script_of(connector).calls if call.operation == operation)
    return dict(parse_qsl((call.content or b"").decode()))


def changed(answer: Said, **changes: Any) -> Said:
    return 200, {**copy.deepcopy(answer[1]), **changes}


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "etsy" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize(
    ("raw", "paid", "shipped", "expected"),
    [
        ("paid", True, False, OrderStatus.PAID),
        ("Paid", True, True, OrderStatus.SHIPPED),
        ("open", False, False, OrderStatus.UNPAID),
        ("payment processing", False, False, OrderStatus.UNPAID),
        ("completed", True, True, OrderStatus.SHIPPED),
        ("Partially Refunded", True, False, OrderStatus.PAID),
        ("fully refunded", True, False, OrderStatus.CANCELLED),
        ("fully refunded", True, True, OrderStatus.SHIPPED),
        ("canceled", True, True, OrderStatus.CANCELLED),
        ("something new", True, False, OrderStatus.UNKNOWN),
    ],
)
def test_the_word_and_the_flags_together_tell_the_state(
    raw: str, paid: bool, shipped: bool, expected: OrderStatus
) -> None:
    assert order_status(raw, paid, shipped) is expected


@pytest.mark.parametrize("vector", SIGNING["pkce"], ids=lambda vector: vector["name"])
def test_the_challenge_is_s256(vector: dict[str, str]) -> None:
    assert challenge(vector["code_verifier"]) == vector["code_challenge"]


def test_the_consent_page_is_asked_for_as_in_the_example() -> None:
    address = urlsplit(etsy().authorize_url("https://hub.example.com/callback", "st&ate=1"))
    assert address.path == "/oauth/connect"
    assert dict(parse_qsl(address.query)) == exchanges("etsy", "consent")["the seller agrees"]["request"]["query"]


@pytest.mark.parametrize("typed", ["", "https://api.etsy.com", "https://openapi.etsy.com/"])
def test_the_consent_page_is_on_etsys_own_site(typed: str) -> None:
    wire = EtsyConnector(SHOP.replaced(base_url=typed), Scripted({})).wire
    assert wire.login_url == "https://www.etsy.com"


CASES: list[tuple[str, str, Callable[[EtsyConnector], Any], Callable[[Any], bool] | type[PartnerError]]] = [
    ("token", "refreshed", lambda c: c.refresh(), lambda got: got.refresh_token == "456789.EXAMPLEREFRESH2"),
    ("token", "refresh token used before", lambda c: c.refresh(), AuthRejected),
    ("token", "code used or verifier wrong", lambda c: c.exchange({"code": "used"}), AuthRejected),
    ("getMe", "token too old", lambda c: c.verify(), AuthExpired),
    ("getMe", "key unknown", lambda c: c.verify(), AuthRejected),
    ("getMe", "scope missing", lambda c: c.verify(), AuthRejected),
    ("getShopReceipt", "unknown", lambda c: c.order_details(["1"]), lambda got: got == []),
    (
        "getShopReceipt",
        "cancelled",
        lambda c: c.order_details([RECEIPT]),
        lambda got: got[0].status is OrderStatus.CANCELLED,
    ),
    ("getShopReceipts", "not your shop", lambda c: c.orders(WINDOW, None), AuthRejected),
    ("getShopReceipts", "limit too great", lambda c: c.orders(WINDOW, None), Rejected),
    ("getShopReceipts", "nothing", lambda c: c.orders(WINDOW, None), lambda got: not got.items and got.cursor is None),
]


@pytest.mark.parametrize(("operation", "name", "ask", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_examples_are_read_as_they_are_meant(
    operation: str, name: str, ask: Callable[[EtsyConnector], Any], expected: Any
) -> None:
    connector = etsy(**{operation: said("etsy", operation, name)})
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_the_login_sends_the_verifier_and_learns_the_shop() -> None:
    connector = etsy(token=said("etsy", "token", "code exchanged"), getMe=said("etsy", "getMe", "the seller"))
    got = connector.exchange({"code": "EXAMPLECODE"})
    assert sent_form(connector, "token") == exchanges("etsy", "token")["code exchanged"]["request"]["form"]
    assert got.identity == "123456"
    assert got.refresh_expires_at == NOW + timedelta(days=90)
    asked, look = script_of(connector).calls
    assert asked.effect is Effect.CREATE, "code and refresh token work once"
    assert look.headers["Authorization"] == "Bearer 456789.EXAMPLEACCESS"


def test_the_shop_is_verified_with_both_keys() -> None:
    connector = etsy(getMe=said("etsy", "getMe", "the seller"), getShop=said("etsy", "getShop", "the shop"))
    who = connector.verify()
    assert (who.key, who.name, who.country, who.currency) == ("123456", "ExampleShop", "US", "USD")
    assert {call.headers["x-api-key"] for call in script_of(connector).calls} == {"examplekeystring:EXAMPLESHARED"}


def test_a_user_without_a_shop_cannot_be_connected() -> None:
    with pytest.raises(Rejected) as refused:
        etsy(getMe=(200, {"user_id": 456789, "shop_id": None})).verify()
    assert refused.value.code == "no_shop"


def test_a_page_shows_whole_orders_and_asks_as_in_the_example() -> None:
    connector = etsy(getShopReceipts=said("etsy", "getShopReceipts", "two receipts"))
    page = connector.orders(WINDOW, None)
    orders = [head.order for head in page.items if head.order is not None]
    assert [order.status for order in orders] == [OrderStatus.PAID, OrderStatus.UNPAID]
    first = orders[0]
    assert (first.total, first.currency, first.note) == (Decimal("54.97"), "USD", "Please wrap it")
    assert [(line.sku, line.quantity, line.unit_price) for line in first.lines] == [
        ("MUG-350-WHT", 2, Decimal("14.99")),
        ("TSHIRT-BAS-M", 1, Decimal("19.99")),
    ]
    assert first.lines[1].name == "T-shirt - M"
    assert first.paid_at is not None
    assert first.ship_by is not None
    (call,) = script_of(connector).calls
    assert dict(call.params) == exchanges("etsy", "getShopReceipts")["two receipts"]["request"]["query"]
    assert page.cursor is None


def test_files_have_nothing_to_be_sent() -> None:
    receipt = copy.deepcopy(PAID[1])
    for row in receipt["transactions"]:
        row["is_digital"] = True
    (order,) = etsy(getShopReceipt=(200, receipt)).order_details([RECEIPT])
    assert (order.status, order.lines) == (OrderStatus.COMPLETED, ())


class Moving:
    """A shop whose receipts change while they are read: the ``n``-th answer is followed by the ``n``-th change."""

    def __init__(self, times: list[int], changes: list[Callable[[dict[int, int]], None]]) -> None:
        self.receipts = dict(enumerate(times, 1))
        self.changes = changes
        self.asked = 0

    def send(self, call: Call) -> Answer:
        asked = {key: int(value) for key, value in call.params if value.isdigit()}
        fits = sorted(
            (at, number)
            for number, at in self.receipts.items()
            if asked["min_last_modified"] <= at <= asked["max_last_modified"]
        )
        rows = [self.row(number, at) for at, number in fits[asked["offset"] : asked["offset"] + asked["limit"]]]
        if self.asked < len(self.changes):
            self.changes[self.asked](self.receipts)
        self.asked += 1
        return Answer(200, {}, json.dumps({"count": len(fits), "results": rows}).encode(), "x")

    def row(self, number: int, at: int) -> dict[str, Any]:
        return {**PAID[1], "receipt_id": number, "updated_timestamp": at, "update_timestamp": at}


START = int(WINDOW.since.timestamp())


@pytest.mark.parametrize("apart", [1, 0], ids=["a second apart", "all in one second"])
@pytest.mark.parametrize("later", [START + 5000, int(WINDOW.until.timestamp()) + 60], ids=["to the end", "out of it"])
def test_no_receipt_is_skipped_when_others_change_while_pages_are_read(apart: int, later: int) -> None:
    def change(*numbers: int) -> Callable[[dict[int, int]], None]:
        return lambda receipts: receipts.update(dict.fromkeys(numbers, later))

    each_time = [change(number, number + 1, number + 100) for number in range(1, 80, 2)]
    shop = Moving([START + apart * i for i in range(350)], each_time)
    connector = EtsyConnector(SHOP, shop, clock=NOW.timestamp)
    seen: set[str] = set()
    cursor: str | None = None
    for _ in range(20):
        page = connector.orders(WINDOW, cursor)
        seen |= {head.external_id for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None, "paging does not end"
    gone = {str(number) for number, at in shop.receipts.items() if at >= WINDOW.until.timestamp()}
    assert seen | gone == {str(number) for number in range(1, 351)}


def test_the_end_of_a_window_does_not_belong_to_it() -> None:
    shop = Moving([START, int(WINDOW.until.timestamp())], [])
    page = EtsyConnector(SHOP, shop).orders(WINDOW, None)
    assert [head.external_id for head in page.items] == ["1"]


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ContractBroken):
        etsy().orders(WINDOW, "elsewhere")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "3"}, 3.0), ({"x-remaining-today": "0"}, 900.0), ({"x-remaining-today": "12"}, 1.0)],
)
def test_too_many_calls_wait_a_moment_or_until_the_day_gives_more(headers: dict[str, str], seconds: float) -> None:
    with pytest.raises(RateLimited) as limited:
        script = Scripted({"getShopReceipts": (429, {"error": "quota"})}, headers)
        EtsyConnector(SHOP, script).orders(WINDOW, None)
    assert limited.value.retry_after == seconds


# --- confirming


def test_a_shipment_is_confirmed_as_in_the_example_and_read_back() -> None:
    connector = etsy(getShopReceipt=[PAID, SHIPPED], createReceiptShipment=TAKEN)
    answer = connector.confirm(RECEIPT, NUMBER, "USPS Priority Mail")
    assert (answer.confirmed, answer.tracking) == (True, NUMBER)
    wanted = exchanges("etsy", "createReceiptShipment")["taken"]["request"]["form"]
    assert sent_form(connector, "createReceiptShipment") == wanted


def test_a_carrier_that_etsy_does_not_know_goes_as_other() -> None:
    connector = etsy(getShopReceipt=[PAID, SHIPPED], createReceiptShipment=TAKEN)
    connector.confirm(RECEIPT, NUMBER, "Nobody's Parcels")
    assert sent_form(connector, "createReceiptShipment")["carrier_name"] == "other"


def test_a_lost_answer_is_looked_up_and_the_buyer_is_told_once() -> None:
    connector = etsy(getShopReceipt=PAID, createReceiptShipment=(200, b"<html>"))
    with pytest.raises(UnknownOutcome):
        connector.confirm(RECEIPT, NUMBER, "USPS")
    again = etsy(getShopReceipt=SHIPPED)
    assert again.confirm(RECEIPT, NUMBER, "USPS").confirmed
    assert script_of(again).operations() == ["getShopReceipt"]


@pytest.mark.parametrize("shipments", [[], [{"receipt_shipping_id": 1, "carrier_name": "x", "tracking_code": None}]])
def test_a_receipt_that_is_shipped_and_shows_no_number_is_not_told_again(shipments: list[Any]) -> None:
    connector = etsy(getShopReceipt=changed(SHIPPED, shipments=shipments))
    answer = connector.confirm(RECEIPT, NUMBER, "USPS")
    assert not answer.confirmed
    assert answer.detail
    assert script_of(connector).operations() == ["getShopReceipt"]


def test_a_second_parcel_is_added_to_the_first() -> None:
    connector = etsy(getShopReceipt=SHIPPED, createReceiptShipment=TAKEN)
    assert not connector.confirm(RECEIPT, "9400100000000000000099", "USPS").confirmed
    assert sent_form(connector, "createReceiptShipment")["tracking_code"] == "9400100000000000000099"


def test_what_cannot_be_confirmed_is_refused_or_waits() -> None:
    with pytest.raises(Rejected):
        etsy(getShopReceipt=said("etsy", "getShopReceipt", "cancelled")).confirm(RECEIPT, NUMBER, "USPS")
    with pytest.raises(Rejected):
        etsy().confirm(RECEIPT, "", "USPS")
    assert not etsy(getShopReceipt=changed(PAID, is_paid=False)).confirm(RECEIPT, NUMBER, "USPS").confirmed
    assert not etsy(getShopReceipt=said("etsy", "getShopReceipt", "unknown")).confirm("1", NUMBER, "USPS").confirmed


# --- listings and stock


def test_listings_are_the_products_of_all_states() -> None:
    pages = [said("etsy", "getListingsByShop", name) for name in ("a page", "nothing")]
    connector = etsy(getListingsByShop=pages)
    found: list[StoreListing] = []
    cursor: str | None = None
    while True:
        page = connector.listings(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert [(one.sku, one.variation, one.stock) for one in found] == [
        ("MUG-350-WHT", "", 10),
        ("TSHIRT-BAS-M", "M", 5),
        ("TSHIRT-BAS-L", "L", 3),
    ]
    states = [dict(call.params)["state"] for call in script_of(connector).calls]
    assert states == ["active", "sold_out", "inactive"]


def test_stock_is_sent_back_whole_as_in_the_example() -> None:
    held = said("etsy", "getListingInventory", "two variations")
    connector = etsy(getListingInventory=held, updateListingInventory=(200, {}))
    targets = [
        StockTarget("a", "1234568", "7654322", "TSHIRT-BAS-M", 7),
        StockTarget("gone", "1234568", "1", "NOSUCH", 7),
    ]
    results = connector.set_stock(targets)
    assert [(one.key, one.error is None) for one in results] == [("a", True), ("gone", False)]
    wanted = exchanges("etsy", "updateListingInventory")["one of two variations"]["request"]["json"]
    assert script_of(connector).sent("updateListingInventory") == wanted
    assert script_of(connector).operations() == ["getListingInventory", "updateListingInventory"]


def test_a_product_that_was_renumbered_is_found_by_its_sku() -> None:
    held = said("etsy", "getListingInventory", "two variations")
    connector = etsy(getListingInventory=held, updateListingInventory=(200, {}))
    (result,) = connector.set_stock([StockTarget("a", "1234568", "999", "TSHIRT-BAS-L", 4)])
    assert result.error is None
    sent = script_of(connector).sent("updateListingInventory")["products"]
    assert [one["offerings"][0]["quantity"] for one in sent] == [5, 4]


def test_one_figure_for_several_skus_is_refused_instead_of_selling_the_others() -> None:
    held = changed(said("etsy", "getListingInventory", "two variations"), quantity_on_property=[])
    connector = etsy(getListingInventory=held)
    (result,) = connector.set_stock([StockTarget("a", "1234568", "7654322", "TSHIRT-BAS-M", 7)])
    assert isinstance(result.error, Rejected)
    assert result.error.code == "shared_quantity"
    assert script_of(connector).operations() == ["getListingInventory"]


def test_a_listing_that_is_gone_leaves_the_others() -> None:
    inventories = [said("etsy", "getListingInventory", name) for name in ("unknown", "one product")]
    connector = etsy(getListingInventory=inventories, updateListingInventory=(200, {}))
    results = connector.set_stock(
        [StockTarget("a", "1", "2", "X", 1), StockTarget("b", "1234567", "7654321", "MUG-350-WHT", 2000)]
    )
    assert [one.error is None for one in results] == [False, True]
    sent = script_of(connector).sent("updateListingInventory")
    assert sent["products"][0]["offerings"][0]["quantity"] == 999, "more than Etsy takes"


def test_a_listing_with_nothing_left_is_switched_off_and_on_again_only_with_our_mark() -> None:
    target = StockTarget("b", "1234567", "7654321", "MUG-350-WHT", 0)
    full = said("etsy", "getListingInventory", "one product")
    connector = etsy(getListingInventory=full, updateListing=(200, {}), updateListingInventory=(200, {}))
    assert [one.error for one in connector.set_stock([target])] == [None]
    assert script_of(connector).operations() == ["getListingInventory", "updateListing", "updateListingInventory"]
    assert script_of(connector).sent("updateListing") == {"state": "inactive"}
    sent = script_of(connector).sent("updateListingInventory")["products"]
    assert [one["offerings"][0]["quantity"] for one in sent] == [1], "Etsy takes no inventory without a piece"

    left = copy.deepcopy(full[1])
    left["products"][0]["offerings"][0]["quantity"] = 1
    again = etsy(getListingInventory=(200, left), updateListing=(200, {}), updateListingInventory=(200, {}))
    again.set_stock([replace(target, quantity=4)])
    assert script_of(again).sent("updateListing") == {"state": "active"}
    untouched = etsy(getListingInventory=full, updateListingInventory=(200, {}))
    assert untouched.set_stock([replace(target, quantity=4)])[0].error is None


# --- webhooks


def message(vector: dict[str, Any], **headers: str) -> RawRequest:
    given = {
        "Webhook-Id": vector["webhook-id"],
        "Webhook-Timestamp": vector["webhook-timestamp"],
        "Webhook-Signature": vector["sign"],
    }
    return RawRequest("POST", "https://hub.example.com/w", given | headers, {}, vector["body"].encode())


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


WORDS = names(
    "count results receipt_id status is_paid is_shipped transactions transaction_id quantity sku price amount "
    "divisor currency_code grandtotal shipments tracking_code updated_timestamp created_timestamp listing_id "
    "inventory products product_id offerings property_values property_id values value_ids quantity_on_property "
    "is_deleted is_enabled user_id shop_id shop_name error error_description access_token refresh_token "
    "expires_in event_type resource_url data"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"count": 1}, "results"))
def test_any_json_from_etsy(document: Any) -> None:
    def everything() -> EtsyConnector:
        return EtsyConnector(SHOP, Scripted({"*": (200, json.dumps(document).encode())}), clock=NOW.timestamp)

    body = json.dumps(document)
    sign = signature(SHOP["webhook_secret"], "m", str(int(NOW.timestamp())), body.encode())
    signed = {"webhook-id": "m", "webhook-timestamp": str(int(NOW.timestamp())), "body": body, "sign": sign}
    found = unusable(
        lambda: everything().verify(),
        lambda: everything().orders(WINDOW, None),
        lambda: everything().order_details([RECEIPT]),
        lambda: everything().confirm(RECEIPT, NUMBER, ""),
        lambda: everything().listings(None),
        lambda: everything().set_stock([StockTarget("k", "1", "2", "A", 3)]),
        lambda: everything().refresh(),
        lambda: everything().exchange({"code": "c"}),
        lambda: everything().parse_callback(message(signed)),
    )
    assert found == []
