"""The Amazon connector against contracts/: statuses, parcel numbers, example exchanges and garbage, all pure."""

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

from salur.connectors.base.errors import AuthExpired, AuthRejected, PartnerError, RateLimited, Rejected
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Effect
from salur.connectors.base.types import Credentials, OrderStatus, ShippedLine, TimeWindow
from salur.connectors.stores.amazon.connector import PLUGIN, AmazonConnector
from salur.connectors.stores.amazon.shipping import package_reference

from .contracts import CONTRACTS, contract, exchanges
from .garbage import answers, names, unusable
from .scripted import Said, Scripted, said

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
SELLER = Credentials(
    {
        "marketplace": "US",
        "application_id": "amzn1.sp.solution.example",
        "client_id": "amzn1.application-oa2-client.example",
        "client_secret": "EXAMPLESECRET",
        "base_url": "https://amazon.invalid",
        "shop_id": "A1EXAMPLESELLER",
        "access_token": "Atza|EXAMPLEACCESS",
        "refresh_token": "Atzr|EXAMPLEREFRESH",
        "redirect_uri": "https://hub.example.com/callback",
    }
)
ORDER, NUMBER = "123-4567890-1234567", "1Z999AA10123456784"
WINDOW = TimeWindow(NOW - timedelta(hours=12), NOW - timedelta(hours=4))
UNSHIPPED, SHIPPED = said("amazon", "getOrder", "unshipped"), said("amazon", "getOrder", "shipped")
TAKEN = said("amazon", "confirmShipment", "taken")


def amazon(**told: Said | list[Said]) -> AmazonConnector:
    return AmazonConnector(SELLER, Scripted(told), clock=NOW.timestamp)


def script_of(connector: AmazonConnector) -> Scripted:
    assert isinstance(connector.wire.transport, Scripted)
    return connector.wire.transport


def changed(answer: Said, change: Callable[[Any], None]) -> Said:
    document = copy.deepcopy(answer[1])
    change(document["order"])
    return 200, document


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "amazon" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


CASES: list[tuple[str, str, Callable[[AmazonConnector], Any], Callable[[Any], bool] | type[PartnerError]]] = [
    (
        "getMarketplaceParticipations",
        "two marketplaces",
        lambda c: c.verify(),
        lambda who: (who.key, who.currency) == ("A1EXAMPLESELLER:ATVPDKIKX0DER", "USD"),
    ),
    ("getMarketplaceParticipations", "token too old", lambda c: c.verify(), AuthExpired),
    ("getMarketplaceParticipations", "token not given", lambda c: c.verify(), AuthExpired),
    ("getMarketplaceParticipations", "access denied", lambda c: c.verify(), AuthRejected),
    (
        "token",
        "code exchanged",
        lambda c: c.exchange({"spapi_oauth_code": "EXAMPLECODE", "selling_partner_id": "A1EXAMPLESELLER"}),
        lambda got: got.identity == "A1EXAMPLESELLER" and got.refresh_expires_at == NOW + timedelta(days=365),
    ),
    (
        "token",
        "code used or too old",
        lambda c: c.exchange({"spapi_oauth_code": "used", "selling_partner_id": "A1EXAMPLESELLER"}),
        AuthRejected,
    ),
    (
        "token",
        "refreshed",
        lambda c: c.refresh(),
        lambda got: (
            got.access_token == "Atza|EXAMPLEACCESS2" and got.access_expires_at == NOW + timedelta(seconds=3600)
        ),
    ),
    ("token", "refresh token revoked", lambda c: c.refresh(), AuthRejected),
    ("token", "client secret wrong", lambda c: c.refresh(), AuthRejected),
    ("getOrder", "unknown", lambda c: c.order_details(["123-0000000-0000000"]), lambda got: got == []),
    ("searchOrders", "pagination token too old", lambda c: c.orders(WINDOW, "- old"), Rejected),
]


@pytest.mark.parametrize(("operation", "name", "ask", "expected"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_examples_are_read_as_they_are_meant(
    operation: str, name: str, ask: Callable[[AmazonConnector], Any], expected: Any
) -> None:
    connector = amazon(**{operation: said("amazon", operation, name)})
    if isinstance(expected, type):
        with pytest.raises(expected):
            ask(connector)
    else:
        assert expected(ask(connector))


def test_the_login_sends_the_form_of_the_example() -> None:
    connector = amazon(token=said("amazon", "token", "code exchanged"))
    connector.exchange({"spapi_oauth_code": "EXAMPLECODE", "selling_partner_id": "A1EXAMPLESELLER"})
    sent = dict(parse_qsl((script_of(connector).calls[0].content or b"").decode()))
    assert sent == exchanges("amazon", "token")["code exchanged"]["request"]["form"]
    assert script_of(connector).calls[0].effect is Effect.CREATE, "the code works once"


def test_the_end_of_the_authorisation_outlives_a_refresh() -> None:
    first = amazon(token=said("amazon", "token", "code exchanged")).exchange(
        {"spapi_oauth_code": "c", "selling_partner_id": "s"}
    )
    later = AmazonConnector(
        SELLER.replaced(**first.details), Scripted({"token": said("amazon", "token", "refreshed")}), NOW.timestamp
    ).refresh()
    assert later.refresh_expires_at == first.refresh_expires_at


@pytest.mark.parametrize(
    ("country", "typed", "api", "tokens", "consent"),
    [
        ("US", "", "https://sellingpartnerapi-na.amazon.com", "https://api.amazon.com", "sellercentral.amazon.com"),
        ("DE", "", "https://sellingpartnerapi-eu.amazon.com", "https://api.amazon.com", "sellercentral.amazon.de"),
        (
            "JP",
            "https://sandbox.sellingpartnerapi-fe.amazon.com",
            "https://sandbox.sellingpartnerapi-fe.amazon.com",
            "https://api.amazon.com",
            "sellercentral.amazon.co.jp",
        ),
        ("US", "https://notamazon.com/x/", *["https://notamazon.com/x"] * 2, "notamazon.com"),
    ],
)
def test_each_country_has_its_own_addresses(country: str, typed: str, api: str, tokens: str, consent: str) -> None:
    wire = AmazonConnector(SELLER.replaced(marketplace=country, base_url=typed), Scripted({})).wire
    assert (wire.addresses.api, wire.addresses.tokens) == (api, tokens)
    assert urlsplit(wire.addresses.consent).hostname == consent


@pytest.mark.parametrize("stage", ["published", "beta"])
def test_the_consent_page_is_asked_for_as_in_the_example(stage: str) -> None:
    connector = AmazonConnector(SELLER.replaced(stage=stage), Scripted({}))
    address = urlsplit(connector.authorize_url("https://hub.example.com/callback", "st&ate=1"))
    wanted = dict(exchanges("amazon", "consent")["the seller agrees"]["request"]["query"])
    if stage == "published":
        del wanted["version"]
    assert (address.path, dict(parse_qsl(address.query))) == ("/apps/authorize/consent", wanted)


def test_a_page_shows_whole_orders_and_asks_as_in_the_example() -> None:
    connector = amazon(searchOrders=said("amazon", "searchOrders", "a page with more to come"))
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert head.order is not None
    order = head.order
    assert (order.status, order.currency, order.total) == (OrderStatus.PAID, "USD", Decimal("54.97"))
    assert [(line.key, line.sku, line.quantity) for line in order.lines] == [
        ("12345678901234", "MUG-350-WHT", 2),
        ("12345678901235", "TSHIRT-BAS-M", 1),
    ]
    assert order.address.lines == ("1 Example Street", "Suite 2")
    assert (order.address.province, order.address.country) == ("WA", "US")
    wanted = exchanges("amazon", "searchOrders")["a page with more to come"]["request"]
    (call,) = script_of(connector).calls
    assert dict(call.params) == {**wanted["query"], "maxResultsPerPage": "100"}
    assert call.headers.items() >= wanted["headers"].items()


def test_all_pages_are_asked_for_alike_though_minutes_lie_between() -> None:
    """The wait for the next call may be three minutes, so by then a window of just now would have a before-time."""
    clock = [NOW.timestamp()]
    pages = [said("amazon", "searchOrders", name) for name in ("a page with more to come", "the last page")]
    script = Scripted({"searchOrders": pages})
    connector = AmazonConnector(SELLER, script, clock=lambda: clock[0])
    until_now = TimeWindow(NOW - timedelta(hours=8), NOW)
    cursor = connector.orders(until_now, None).cursor
    clock[0] += 600
    last = connector.orders(until_now, cursor)
    assert last.cursor is None
    first, second = (dict(call.params) for call in script.calls)
    assert "lastUpdatedBefore" not in first, "it must lie two minutes in the past"
    assert second.pop("paginationToken") == "2YgYW55IGNhcm5hbCBwbGVhc3VyZS4"
    assert second == first


def test_a_pending_order_is_unpaid_and_needs_neither_address_nor_amounts() -> None:
    connector = amazon(searchOrders=said("amazon", "searchOrders", "the last page"))
    (head,) = connector.orders(WINDOW, None).items
    assert head.order is not None
    assert (head.order.status, head.order.total, head.order.currency) == (OrderStatus.UNPAID, Decimal(0), "USD")
    assert head.order.address.lines == ()


def test_a_buyers_wish_to_cancel_waits_for_a_decision_and_a_cancelled_item_is_not_sent() -> None:
    (order,) = amazon(getOrder=said("amazon", "getOrder", "the buyer asks to cancel")).order_details([ORDER])
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCEL_REQUESTED, "Ordered by mistake")

    def execute(row: Any) -> None:
        row["orderItems"][0]["cancellation"] = {"cancellationExecution": {"cancelledBy": "MERCHANT"}}

    (order,) = amazon(getOrder=changed(UNSHIPPED, execute)).order_details([ORDER])
    assert order.status is OrderStatus.PAID
    assert [line.sku for line in order.lines] == ["TSHIRT-BAS-M"]


def test_what_amazon_sends_itself_is_not_ours() -> None:
    def theirs(row: Any) -> None:
        row["fulfillment"]["fulfilledBy"] = "AMAZON"

    assert amazon(getOrder=changed(UNSHIPPED, theirs)).order_details([ORDER]) == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 1 / 0.0056), ({"x-amzn-RateLimit-Limit": "0.5"}, 2.0), ({"Retry-After": "7"}, 7.0)],
)
def test_too_many_calls_wait_as_long_as_the_operations_rate_asks(headers: dict[str, str], seconds: float) -> None:
    limited_now: dict[str, Said | list[Said]] = {"searchOrders": (429, {"errors": []})}
    connector = AmazonConnector(SELLER, Scripted(limited_now, headers), clock=NOW.timestamp)
    with pytest.raises(RateLimited) as limited:
        connector.orders(WINDOW, None)
    assert limited.value.retry_after == pytest.approx(seconds)


# --- confirming


def test_a_shipment_is_confirmed_as_in_the_example_and_counts_once_it_is_shown() -> None:
    connector = amazon(getOrder=[UNSHIPPED, SHIPPED], confirmShipment=TAKEN)
    answer = connector.confirm(ORDER, NUMBER, "UPS Ground")
    assert (answer.confirmed, answer.tracking) == (True, NUMBER)
    sent = script_of(connector).sent("confirmShipment")
    wanted = copy.deepcopy(exchanges("amazon", "confirmShipment")["taken"]["request"]["json"])
    wanted["packageDetail"] |= {
        "packageReferenceId": package_reference(ORDER, NUMBER),
        "shipDate": "2026-01-02T12:00:00Z",
    }
    assert sent == wanted


def test_taken_and_not_shown_is_not_confirmed_and_a_repeat_edits_the_same_parcel() -> None:
    connector = amazon(getOrder=UNSHIPPED, confirmShipment=TAKEN)
    first = connector.confirm(ORDER, NUMBER, "UPS")
    sent = script_of(connector).sent("confirmShipment")
    assert (first.confirmed, first.raw_status) == (False, "UNSHIPPED")
    assert first.detail
    connector.confirm(ORDER, NUMBER, "UPS")
    assert script_of(connector).sent("confirmShipment") == sent
    assert all(call.effect is not Effect.CREATE for call in script_of(connector).calls)


def test_what_is_shown_already_is_not_told_again() -> None:
    connector = amazon(getOrder=SHIPPED)
    assert connector.confirm(ORDER, "1z999aa1-0123456784", "").confirmed
    assert script_of(connector).operations() == ["getOrder"]


@pytest.mark.parametrize("vector", contract("amazon/signing.json")["package_references"]["vectors"])
def test_a_parcels_number_is_as_worked_out_by_hand(vector: dict[str, str]) -> None:
    assert package_reference(vector["order"], vector["tracking"]) == vector["reference"]
    assert int(vector["reference"]) > 0


def test_several_parcels_have_numbers_of_their_own_and_hold_their_own_lines() -> None:
    connector = amazon(getOrder=UNSHIPPED, confirmShipment=TAKEN)
    parcels = [(NUMBER, "12345678901234", 2), ("1Z999AA10123456785", "12345678901235", 5)]
    bodies = []
    for number, key, pieces in parcels:
        connector.confirm(ORDER, number, "UPS", [ShippedLine(key, pieces)])
        bodies.append(script_of(connector).sent("confirmShipment")["packageDetail"])
    assert bodies[0]["packageReferenceId"] != bodies[1]["packageReferenceId"]
    assert [body["orderItems"] for body in bodies] == [
        [{"orderItemId": "12345678901234", "quantity": 2}],
        [{"orderItemId": "12345678901235", "quantity": 1}],  # never more than is left
    ]


@pytest.mark.parametrize(
    ("courier", "fields"),
    [
        ("Example Parcel", {"carrierCode": "Other", "carrierName": "Example Parcel"}),
        ("fedex ground", {"carrierCode": "FedEx"}),
    ],
)
def test_a_carrier_without_a_code_goes_by_its_name(courier: str, fields: dict[str, str]) -> None:
    connector = amazon(getOrder=UNSHIPPED, confirmShipment=TAKEN)
    connector.confirm(ORDER, "EX123456", courier)
    sent = script_of(connector).sent("confirmShipment")["packageDetail"]
    assert {key: sent[key] for key in sent if key.startswith("carrier")} == fields


def test_what_cannot_be_confirmed_is_refused_without_telling_amazon() -> None:
    def cancel(row: Any) -> None:
        row["fulfillment"]["fulfillmentStatus"] = "CANCELLED"

    for answer, number in ((SHIPPED, "1Z999AA10123456785"), (changed(UNSHIPPED, cancel), NUMBER), (UNSHIPPED, "?")):
        connector = amazon(getOrder=answer)
        with pytest.raises(Rejected):
            connector.confirm(ORDER, number, "UPS")
        assert "confirmShipment" not in script_of(connector).operations()


def test_a_pending_order_and_an_unknown_one_are_looked_at_later() -> None:
    def wait(row: Any) -> None:
        row["fulfillment"]["fulfillmentStatus"] = "PENDING"

    for answer in (changed(UNSHIPPED, wait), said("amazon", "getOrder", "unknown")):
        told = amazon(getOrder=answer).confirm(ORDER, NUMBER, "UPS")
        assert not told.confirmed
        assert told.detail


# --- listings and stock


def test_listings_are_read_over_pages() -> None:
    pages = [said("amazon", "searchListingsItems", name) for name in ("a page", "the last page")]
    connector = amazon(searchListingsItems=pages)
    first = connector.listings(None)
    second = connector.listings(first.cursor)
    assert [(one.sku, one.stock) for one in (*first.items, *second.items)] == [
        ("MUG-350-WHT", 10),
        ("TSHIRT-BAS-M", None),
    ]
    assert second.cursor is None


def test_stock_is_set_for_each_sku_and_one_refusal_leaves_the_others() -> None:
    names = ("taken", "invalid", "unknown")
    connector = amazon(patchListingsItem=[said("amazon", "patchListingsItem", name) for name in names])
    targets = [StockTarget(f"k{i}", "MUG-350-WHT", "", "MUG-350-WHT", 7) for i in range(3)]
    results = connector.set_stock(targets)
    assert [(one.key, type(one.error).__name__) for one in results] == [
        ("k0", "NoneType"),
        ("k1", "Rejected"),
        ("k2", "NotFound"),
    ]
    wanted = exchanges("amazon", "patchListingsItem")["taken"]["request"]["json"]
    assert script_of(connector).sent("patchListingsItem") == wanted


def test_a_role_that_listings_need_does_not_stop_the_orders() -> None:
    connector = amazon(searchListingsItems=said("amazon", "getMarketplaceParticipations", "access denied"))
    with pytest.raises(Rejected):
        connector.listings(None)


WORDS = names(
    "orders order orderId fulfillment fulfillmentStatus fulfilledBy orderItems orderItemId quantityOrdered "
    "product sellerSku price unitPrice amount currencyCode proceeds grandTotal recipient deliveryAddress "
    "packages packageStatus status trackingNumber cancellation cancellationRequest pagination nextToken "
    "lastUpdatedTime createdTime payload marketplace participation id errors code message items sku "
    "fulfillmentAvailability quantity issues access_token refresh_token expires_in error shipByWindow "
    "latestDateTime"
)


@settings(max_examples=150, deadline=None)
@given(answers(WORDS, {}, "order"))
def test_any_json_from_amazon(document: Any) -> None:
    found = unusable(
        lambda: everything(document).verify(),
        lambda: everything(document).orders(WINDOW, None),
        lambda: everything(document).order_details([ORDER]),
        lambda: everything(document).confirm(ORDER, NUMBER, ""),
        lambda: everything(document).listings(None),
        lambda: everything(document).set_stock([StockTarget("k", "A", "", "A", 3)]),
        lambda: everything(document).refresh(),
        lambda: everything(document).exchange({"spapi_oauth_code": "c", "selling_partner_id": "s"}),
    )
    assert found == []


def everything(document: Any) -> AmazonConnector:
    return AmazonConnector(SELLER, Scripted({"*": (200, json.dumps(document).encode())}), clock=NOW.timestamp)
