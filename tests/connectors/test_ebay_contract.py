"""The eBay connector against contracts/: statuses, example exchanges, moving pages and garbage, all pure."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings

from salur.connectors.base.errors import (
    AlreadyExists,
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, TimeWindow
from salur.connectors.stores.ebay.connector import PLUGIN, EbayConnector
from salur.connectors.stores.ebay.statuses import order_status
from salur.connectors.stores.ebay.wire import hosts

from .contracts import CONTRACTS, contract, exchanges
from .garbage import answers, names, unusable
from .scripted import Said, Scripted, said

NOW = datetime(2026, 1, 2, 5, 59, tzinfo=UTC)
SELLER = Credentials(
    {
        "client_id": "Example-App-PRD-1",
        "client_secret": "EXAMPLECERT",
        "ru_name": "Example-ExampleApp-PRD-abcdef",
        "base_url": "https://ebay.invalid",
        "access_token": "v^1.1#EXAMPLEACCESS",
        "refresh_token": "v^1.1#EXAMPLEREFRESH",
    }
)
ORDER, NUMBER = "12-34567-89012", "1Z999AA10123456784"
WINDOW = TimeWindow(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 8, tzinfo=UTC))
PAID, SHIPPED = said("ebay", "getOrder", "paid"), said("ebay", "getOrder", "shipped")
NO_PARCELS, PARCEL = (said("ebay", "getShippingFulfillments", name) for name in ("none", "one parcel"))
MADE = said("ebay", "createShippingFulfillment", "made")


def ebay(**told: Said | list[Said]) -> EbayConnector:
    names = {name.replace("__", "."): answer for name, answer in told.items()}
    return EbayConnector(SELLER, Scripted(names), clock=NOW.timestamp)


def script_of(connector: EbayConnector) -> Scripted:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport


def changed(answer: Said, **changes: Any) -> Said:
    return 200, {**copy.deepcopy(answer[1]), **changes}


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "ebay" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("NOT_STARTED", "PAID", "NONE_REQUESTED"), OrderStatus.PAID),
        (("NOT_STARTED", "PENDING", "NONE_REQUESTED"), OrderStatus.UNPAID),
        (("NOT_STARTED", "FAILED", "NONE_REQUESTED"), OrderStatus.UNPAID),
        (("NOT_STARTED", "PARTIALLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.PAID),
        (("NOT_STARTED", "FULLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.CANCELLED),
        (("IN_PROGRESS", "PAID", "NONE_REQUESTED"), OrderStatus.READY),
        (("FULFILLED", "FULLY_REFUNDED", "NONE_REQUESTED"), OrderStatus.SHIPPED),
        (("NOT_STARTED", "PAID", "IN_PROGRESS"), OrderStatus.CANCEL_REQUESTED),
        (("FULFILLED", "PAID", "IN_PROGRESS"), OrderStatus.SHIPPED),
        (("NOT_STARTED", "FULLY_REFUNDED", "CANCELED"), OrderStatus.CANCELLED),
        (("SOMETHING_NEW", "PAID", "NONE_REQUESTED"), OrderStatus.UNKNOWN),
        (("NOT_STARTED", "SOMETHING_NEW", "NONE_REQUESTED"), OrderStatus.UNKNOWN),
        (("NOT_STARTED", "PAID", "SOMETHING_NEW"), OrderStatus.UNKNOWN),
    ],
)
def test_three_words_together_tell_the_state(words: tuple[str, str, str], expected: OrderStatus) -> None:
    assert order_status(*words) is expected


CASES: list[tuple[str, str, Callable[[EbayConnector], Any], Callable[[Any], bool] | type[PartnerError]]] = [
    (
        "getUser",
        "the seller",
        lambda c: c.verify(),
        lambda who: (who.key, who.name, who.country) == ("EXAMPLEUSERID1", "example_seller", "US"),
    ),
    ("getUser", "token too old", lambda c: c.verify(), AuthExpired),
    ("getUser", "scope missing", lambda c: c.verify(), AuthRejected),
    ("token", "code used or too old", lambda c: c.exchange({"code": "used"}), AuthRejected),
    ("token", "refresh token revoked", lambda c: c.refresh(), AuthRejected),
    ("token", "secret wrong", lambda c: c.refresh(), AuthRejected),
    ("token", "refreshed", lambda c: c.refresh(), lambda got: got.refresh_token == "v^1.1#EXAMPLEREFRESH"),
    ("getOrder", "unknown", lambda c: c.order_details(["NOSUCH"]), lambda got: got == []),
    (
        "getOrder",
        "the buyer asks to cancel",
        lambda c: c.order_details([ORDER])[0],
        lambda got: (got.status, got.cancel_reason) == (OrderStatus.CANCEL_REQUESTED, "BUYER_ASKED_CANCEL"),
    ),
    (
        "getOrder",
        "cancelled",
        lambda c: c.order_details([ORDER])[0],
        lambda got: (
            (got.status, got.raw_status) == (OrderStatus.CANCELLED, "NOT_STARTED FULLY_REFUNDED cancel CANCELED")
        ),
    ),
    ("getOrders", "nothing", lambda c: c.orders(WINDOW, None), lambda got: not got.items and got.cursor is None),
    ("getOrders", "date range wrong", lambda c: c.orders(WINDOW, None), Rejected),
    ("getOrders", "token too old", lambda c: c.orders(WINDOW, None), AuthExpired),
    ("getOrders", "too many calls", lambda c: c.orders(WINDOW, None), RateLimited),
]


@pytest.mark.parametrize(("operation", "name", "ask", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_examples_are_read_as_they_are_meant(
    operation: str, name: str, ask: Callable[[EbayConnector], Any], expected: Any
) -> None:
    connector = ebay(**{operation: said("ebay", operation, name)})
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_the_login_names_the_redirect_and_never_its_address() -> None:
    connector = ebay(token=said("ebay", "token", "code exchanged"))
    address = urlsplit(connector.authorize_url("https://hub.example.com/callback", "st&ate=1"))
    assert address.path == "/oauth2/authorize"
    assert dict(parse_qsl(address.query)) == exchanges("ebay", "consent")["the seller agrees"]["request"]["query"]

    got = connector.exchange({"code": "v^1.1#i^1#EXAMPLECODE", "expires_in": "299"})
    (call,) = script_of(connector).calls
    wanted = exchanges("ebay", "token")["code exchanged"]["request"]
    assert dict(parse_qsl((call.content or b"").decode())) == wanted["form"]
    assert call.headers["Authorization"] == wanted["headers"]["Authorization"]
    assert call.headers["Authorization"] == contract("ebay/signing.json")["vectors"][0]["header"]
    assert got.refresh_expires_at == NOW + timedelta(seconds=47_304_000)

    later = EbayConnector(
        SELLER.replaced(**got.details), Scripted({"token": said("ebay", "token", "refreshed")}), NOW.timestamp
    )
    assert later.refresh().refresh_expires_at == got.refresh_expires_at
    (call,) = script_of(later).calls
    assert dict(parse_qsl((call.content or b"").decode())) == exchanges("ebay", "token")["refreshed"]["request"]["form"]


def test_the_three_hosts_follow_the_address() -> None:
    assert hosts("https://api.ebay.com/").identity == "https://apiz.ebay.com"
    assert hosts("https://api.ebay.com").consent == "https://auth.ebay.com"
    assert hosts("https://api.sandbox.ebay.com").consent == "https://auth.sandbox.ebay.com"
    assert set(vars_of(hosts("http://127.0.0.1:1/ebay/"))) == {"http://127.0.0.1:1/ebay"}


def vars_of(found: Any) -> list[str]:
    return [found.api, found.identity, found.consent]


def test_a_page_shows_whole_orders_and_asks_as_in_the_example() -> None:
    connector = ebay(getOrders=said("ebay", "getOrders", "a page with more to come"))
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert head.order is not None
    order = head.order
    assert (order.status, order.total, order.currency) == (OrderStatus.PAID, Decimal("54.97"), "USD")
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("10001234567890", "MUG-350-WHT", 2, Decimal("14.99")),
        ("10001234567891", "TSHIRT-BAS-M", 1, Decimal("19.99")),
    ]
    assert (order.address.city, order.address.country, order.note) == ("San Jose", "US", "Please wrap it")
    assert order.ship_by is not None
    (call,) = script_of(connector).calls
    wanted = exchanges("ebay", "getOrders")["a page with more to come"]["request"]["query"]
    assert dict(call.params) == {**wanted, "limit": "200"}, "both ends belong to eBay's range, the end of ours does not"
    assert page.cursor is not None


class Moving:
    """A seller whose orders leave the range while it is read: the ``n``-th answer is followed by the ``n``-th loss."""

    def __init__(self, count: int, leaving: list[list[int]]) -> None:
        self.orders = list(range(1, count + 1))
        self.leaving = leaving

    def send(self, call: Call) -> Answer:
        asked = dict(call.params)
        offset, limit = int(asked["offset"]), int(asked["limit"])
        rows = [{**PAID[1], "orderId": str(number)} for number in self.orders[offset : offset + limit]]
        body = {"total": len(self.orders), "orders": rows}
        gone = self.leaving.pop(0) if self.leaving else []
        self.orders = [number for number in self.orders if number not in gone]
        return Answer(200, {}, json.dumps(body).encode(), "x")


EACH_TIME = [[number, number + 1, number + 300] for number in range(1, 120, 2)]  # after every single answer


@pytest.mark.parametrize(
    "leaving", [[], [[1, 2, 199]], [[], [7, 8, 201], [9]], [[500], [499, 3]], [[400, 401, 402]], EACH_TIME]
)
def test_no_order_is_skipped_when_others_leave_while_pages_are_read(leaving: list[list[int]]) -> None:
    connector = EbayConnector(SELLER, Moving(650, [list(one) for one in leaving]), clock=NOW.timestamp)
    seen: set[int] = set()
    cursor: str | None = None
    for _ in range(10):
        page = connector.orders(WINDOW, cursor)
        seen |= {int(head.external_id) for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None, "paging does not end"
    changed_meanwhile = {number for one in leaving for number in one}
    assert seen | changed_meanwhile == set(range(1, 651))


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ContractBroken):
        ebay().orders(WINDOW, "elsewhere")


def test_one_bad_number_does_not_spoil_a_batch() -> None:
    def answer(call: Call) -> Answer:
        asked = dict(call.params).get("orderIds", call.url.rpartition("/")[2]).split(",")
        if "NOSUCH" in asked:
            status, body = said("ebay", "getOrder", "unknown")
        elif call.params:
            status, body = 200, {"total": len(asked), "orders": [{**PAID[1], "orderId": one} for one in asked]}
        else:
            status, body = 200, {**PAID[1], "orderId": asked[0]}
        return Answer(status, {}, json.dumps(body).encode(), "x")

    class Picky:
        def send(self, call: Call) -> Answer:
            return answer(call)

    found = EbayConnector(SELLER, Picky()).order_details(["1", "2", "NOSUCH", "4", "5"])
    assert [order.external_id for order in found] == ["1", "2", "4", "5"]


# --- confirming


def test_a_shipment_is_confirmed_as_in_the_example_and_read_back() -> None:
    connector = ebay(
        getOrder=[PAID, SHIPPED], getShippingFulfillments=[NO_PARCELS, PARCEL], createShippingFulfillment=MADE
    )
    answer = connector.confirm(ORDER, "1Z-999-AA1-01234567-84", "UPS Ground")
    assert (answer.confirmed, answer.tracking) == (True, NUMBER)
    wanted = exchanges("ebay", "createShippingFulfillment")["made"]["request"]["json"]
    assert script_of(connector).sent("createShippingFulfillment") == wanted


def test_a_lost_answer_is_looked_up_and_no_second_parcel_is_made() -> None:
    connector = ebay(getOrder=PAID, getShippingFulfillments=NO_PARCELS, createShippingFulfillment=(201, b"<html>"))
    with pytest.raises(UnknownOutcome):
        connector.confirm(ORDER, NUMBER, "UPS")
    assert script_of(connector).calls[-1].effect is Effect.CREATE
    again = ebay(getOrder=SHIPPED, getShippingFulfillments=PARCEL)
    assert again.confirm(ORDER, NUMBER, "UPS").confirmed
    assert "createShippingFulfillment" not in script_of(again).operations()


def test_each_parcel_holds_its_own_lines_and_never_more_than_is_left() -> None:
    held = copy.deepcopy(PARCEL[1])
    held["fulfillments"][0]["lineItems"] = [{"lineItemId": "10001234567890", "quantity": 1}]
    connector = ebay(
        getOrder=changed(SHIPPED, orderFulfillmentStatus="IN_PROGRESS"),
        getShippingFulfillments=(200, held),
        createShippingFulfillment=MADE,
    )
    connector.confirm(ORDER, "EX1234567", "Example Parcel", [ShippedLine("10001234567890", 2)])
    sent = script_of(connector).sent("createShippingFulfillment")
    assert sent["lineItems"] == [{"lineItemId": "10001234567890", "quantity": 1}]
    assert sent["shippingCarrierCode"] == "Other"


def test_what_cannot_be_confirmed_is_refused_or_waits() -> None:
    for order, parcels, number in (
        (said("ebay", "getOrder", "cancelled"), NO_PARCELS, NUMBER),
        (SHIPPED, PARCEL, "1Z999AA10123456785"),
        (PAID, NO_PARCELS, ""),
    ):
        connector = ebay(getOrder=order, getShippingFulfillments=parcels)
        with pytest.raises(Rejected):
            connector.confirm(ORDER, number, "UPS")
        assert "createShippingFulfillment" not in script_of(connector).operations()
    unpaid = ebay(getOrder=changed(PAID, orderPaymentStatus="PENDING"), getShippingFulfillments=NO_PARCELS)
    assert not unpaid.confirm(ORDER, NUMBER, "UPS").confirmed


# --- cancelling


def example(operation: str, name: str) -> Said:
    return said("ebay", f"postorder.{operation}", name)


def test_a_seller_cancels_and_polls_until_the_money_is_back() -> None:
    may = example("check_eligibility", "may be cancelled")
    connector = ebay(getOrder=PAID, postorder__check_eligibility=may, postorder__cancel=example("cancel", "asked for"))
    assert connector.cancel_order(ORDER, "OUT_OF_STOCK_OR_CANNOT_FULFILL").state == "pending"
    call = script_of(connector).calls[-1]
    wanted = exchanges("ebay", "postorder.cancel")["asked for"]["request"]
    assert json.loads(call.content or b"") == wanted["json"]
    assert call.headers.items() >= wanted["headers"].items()
    assert (
        ebay(getOrder=said("ebay", "getOrder", "the buyer asks to cancel")).cancel_order(ORDER, "x").state == "pending"
    )
    assert ebay(getOrder=said("ebay", "getOrder", "cancelled")).cancel_order(ORDER, "x").state == "accepted"


def test_what_was_sent_is_too_late_to_cancel() -> None:
    connector = ebay(getOrder=SHIPPED, postorder__check_eligibility=example("check_eligibility", "may not"))
    with pytest.raises(TooLate) as late:
        connector.cancel_order(ORDER, "BUYER_ASKED_CANCEL")
    assert late.value.message == "ALREADY_SHIPPED"
    may = example("check_eligibility", "may be cancelled")
    connector = ebay(getOrder=PAID, postorder__check_eligibility=may, postorder__cancel=example("cancel", "too late"))
    with pytest.raises(TooLate):
        connector.cancel_order(ORDER, "BUYER_ASKED_CANCEL")


@pytest.mark.parametrize(("accept", "verb"), [(True, "approve"), (False, "reject")])
def test_the_buyers_wish_is_answered_by_its_number(accept: bool, verb: str) -> None:
    wish = said("ebay", "getOrder", "the buyer asks to cancel")
    connector = ebay(getOrder=wish, **{f"postorder__{verb}": example(verb, "done")})
    connector.answer_cancellation(ORDER, accept, "")
    call = script_of(connector).calls[-1]
    assert urlsplit(call.url).path == f"/post-order/v2/cancellation/5000000001/{verb}"
    assert json.loads(call.content or b"null") == exchanges("ebay", f"postorder.{verb}")["done"]["request"].get("json")
    before = ebay(getOrder=wish, **{f"postorder__{verb}": example(verb, "decided before")})
    with pytest.raises(AlreadyExists):
        before.answer_cancellation(ORDER, accept, "")


def test_without_a_wish_there_is_nothing_to_answer() -> None:
    with pytest.raises(AlreadyExists):
        ebay(getOrder=PAID).answer_cancellation(ORDER, True, "")
    with pytest.raises(TooLate):
        ebay(getOrder=said("ebay", "getOrder", "cancelled")).answer_cancellation(ORDER, False, "")


# --- listings and stock


def test_listings_are_read_over_pages_with_weight_and_size() -> None:
    pages = [said("ebay", "getInventoryItems", name) for name in ("a page", "the last page")]
    connector = ebay(inventory__items=pages)
    first = connector.listings(None)
    second = connector.listings(first.cursor)
    (mug,), (shirt,) = first.items, second.items
    assert (mug.sku, mug.stock, mug.weight_g, mug.length_mm) == ("MUG-350-WHT", 10, 400, 120)
    assert (shirt.sku, second.cursor) == ("TSHIRT-BAS-M", None)


def test_stock_is_set_in_one_call_and_each_sku_has_its_own_outcome() -> None:
    connector = ebay(inventory__quantities=said("ebay", "bulkUpdatePriceQuantity", "one of two fails"))
    targets = [
        StockTarget("a", "MUG-350-WHT", "", "MUG-350-WHT", 7),
        StockTarget("b", "NOSUCH", "", "NOSUCH", 7),
        StockTarget("c", "MUG-350-WHT", "", "MUG-350-WHT", 9),
        StockTarget("d", "UNSAID", "", "UNSAID", 1),
    ]
    kinds = [type(one.error).__name__ for one in connector.set_stock(targets)]
    assert kinds == ["NoneType", "Rejected", "NoneType", "ContractBroken"]
    wanted = exchanges("ebay", "bulkUpdatePriceQuantity")["one of two fails"]["request"]["json"]["requests"]
    assert script_of(connector).sent("inventory.quantities")["requests"][:2] == wanted, "the smaller figure of two"


WORDS = names(
    "orders total orderId orderFulfillmentStatus orderPaymentStatus cancelStatus cancelState cancelRequests "
    "lineItems lineItemId sku quantity lineItemCost value currency pricingSummary fulfillmentStartInstructions "
    "shippingStep shipTo contactAddress lastModifiedDate creationDate fulfillments shipmentTrackingNumber "
    "inventoryItems availability shipToLocationAvailability responses statusCode errors errorId message "
    "eligible failureReason userId username access_token refresh_token expires_in error cancelRequestId "
    "cancelRequestState paymentSummary payments paymentDate"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {"total": 1}, "orders"))
def test_any_json_from_ebay(document: Any) -> None:
    def everything() -> EbayConnector:
        return EbayConnector(SELLER, Scripted({"*": (200, json.dumps(document).encode())}), clock=NOW.timestamp)

    found = unusable(
        lambda: everything().verify(),
        lambda: everything().orders(WINDOW, None),
        lambda: everything().order_details([ORDER]),
        lambda: everything().order_details([ORDER, "B"]),
        lambda: everything().confirm(ORDER, NUMBER, ""),
        lambda: everything().cancel_order(ORDER, "BUYER_ASKED_CANCEL"),
        lambda: everything().answer_cancellation(ORDER, True, ""),
        lambda: everything().listings(None),
        lambda: everything().set_stock([StockTarget("k", "A", "", "A", 3)]),
        lambda: everything().refresh(),
        lambda: everything().exchange({"code": "c"}),
    )
    assert found == []
