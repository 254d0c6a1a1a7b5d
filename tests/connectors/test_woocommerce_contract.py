"""The WooCommerce connector against contracts/woocommerce: signatures, statuses and example exchanges, all pure."""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from salur.connectors.base.errors import (
    AuthRejected,
    ContractBroken,
    PartnerError,
    Rejected,
    Retryable,
    TooLate,
    UnknownOutcome,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.base.types import Credentials, OrderStatus, PartnerEvent, RawRequest, TimeWindow
from salur.connectors.stores.woocommerce.connector import PLUGIN, WooCommerceConnector
from salur.connectors.stores.woocommerce.mapping import changed_in, store_order
from salur.connectors.stores.woocommerce.statuses import order_status
from salur.connectors.stores.woocommerce.wire import (
    Wire,
    base_string,
    oauth_signature,
    webhook_secret,
    webhook_signature,
)

from .contracts import CONTRACTS, contract, exchanges
from .garbage import unusable

NOW = 1_700_000_000.0
SITE = Credentials(
    {"store_url": "https://shop.example.com/", "consumer_key": "ck_key0123", "consumer_secret": "cs_secret0123"}
)
WINDOW = TimeWindow(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
HOOK = "https://hub.example.com/webhooks/store/5"
Said = tuple[int, dict[str, str], Any]


class Site:
    """Answers each operation with its next answer (the last again and again); keeps the calls."""

    def __init__(self, answers: dict[str, list[Said]]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        said = self.answers[call.operation]
        status, headers, body = said.pop(0) if len(said) > 1 else said[0]
        return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode(), "x1")

    def bodies(self, operation: str) -> list[Any]:
        return [json.loads(call.content or b"null") for call in self.calls if call.operation == operation]

    def pages(self, operation: str) -> list[str]:
        return [dict(call.params)["page"] for call in self.calls if call.operation == operation]


def example(operation: str, name: str) -> Said:
    said = exchanges("woocommerce", operation)[name]["answer"]
    return said["status"], said.get("headers", {}), said["json"]


def order(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = example("orders.list", "a page of three")[2][0]
    return row | changes


def good(body: Any, **headers: str) -> Said:
    return 200, headers, body


def woo(answers: dict[str, Said | list[Said]], **changes: str) -> tuple[WooCommerceConnector, Site]:
    site = Site({name: said if isinstance(said, list) else [said] for name, said in answers.items()})
    return WooCommerceConnector(SITE.replaced(**changes), site, clock=lambda: NOW), site


LIST, ONE, PUT = "GET /orders", "GET /orders/{id}", "PUT /orders/{id}"


# --- the contract


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "woocommerce" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize("vector", contract("woocommerce/signing.json")["oauth"], ids=lambda v: v["name"])
def test_a_call_over_http_is_signed_as_computed_by_hand(vector: dict[str, Any]) -> None:
    base = base_string(vector["method"], vector["url"], vector["params"].items())
    algorithm = {"HMAC-SHA256": "sha256", "HMAC-SHA1": "sha1"}[vector["params"]["oauth_signature_method"]]
    assert base == vector["base_string"]
    assert oauth_signature(vector["consumer_secret"], base, algorithm) == vector["oauth_signature"]


@pytest.mark.parametrize("vector", contract("woocommerce/signing.json")["webhooks"], ids=lambda v: v["name"])
def test_a_webhooks_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert webhook_signature(vector["secret"], vector["body"].encode()) == vector["sign"]


def test_keys_travel_in_the_header_over_https_and_only_as_a_signature_over_http() -> None:
    connector, site = woo({LIST: example("orders.list", "beyond the last")})
    connector.orders(WINDOW, None)
    (basic,) = contract("woocommerce/signing.json")["basic"]
    assert site.calls[0].headers["Authorization"] == basic["header"]
    assert site.calls[0].url == "https://shop.example.com/wp-json/wc/v3/orders"

    connector, site = woo({LIST: example("orders.list", "beyond the last")}, store_url="http://shop.example.com/blog")
    connector.orders(WINDOW, None)
    connector.orders(WINDOW, None)
    first, second = (dict(call.params) for call in site.calls)
    assert "Authorization" not in site.calls[0].headers
    assert "cs_secret0123" not in str(site.calls[0])
    assert first["oauth_nonce"] != second["oauth_nonce"]
    unsigned = [pair for pair in site.calls[0].params if pair[0] != "oauth_signature"]
    base = base_string("GET", "http://shop.example.com/blog/wp-json/wc/v3/orders", unsigned)
    assert first["oauth_signature"] == oauth_signature("cs_secret0123", base)

    connector, site = woo({LIST: example("orders.list", "beyond the last")}, keys_in_address="yes")
    connector.orders(WINDOW, None)
    assert dict(site.calls[0].params)["consumer_secret"] == "cs_secret0123"


# --- orders


def test_an_order_is_read_in_full() -> None:
    connector, _ = woo({LIST: good([order()], **{"X-WP-TotalPages": "1"})})
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert page.cursor is None
    assert head.order is not None
    got = head.order
    assert (got.external_id, got.status, got.raw_status) == ("727", OrderStatus.PAID, "processing")
    assert (got.total, got.currency, got.note) == (Decimal("830.00"), "THB", "leave at the door")
    assert [(line.key, line.sku, line.quantity, line.unit_price, line.model_id) for line in got.lines] == [
        ("315", "MUG-350-WHT", 2, Decimal(245), ""),
        ("316", "TSHIRT-BAS-M", 1, Decimal(300), "23"),
    ]
    assert (got.address.name, got.address.phone, got.address.country) == ("มาลี ใจดี", "0812345678", "TH")
    assert got.version == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
    assert got.paid_at == datetime(2026, 3, 1, 3, 11, tzinfo=UTC)


def test_the_window_takes_in_both_its_seconds() -> None:
    assert dict(changed_in(WINDOW)) == {
        "modified_after": "2026-02-28T23:59:59",
        "modified_before": "2026-03-02T00:00:00",
        "dates_are_gmt": "true",
    }
    odd = TimeWindow(WINDOW.since.replace(microsecond=5), WINDOW.until.replace(microsecond=5))
    assert dict(changed_in(odd))["modified_before"] == "2026-03-02T00:00:01"


class MovingSite(Site):
    """Two hundred and fifty orders of which one of the first leaves the window between any two calls."""

    def __init__(self) -> None:
        super().__init__({})
        self.left = list(range(1, 251))

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        asked = dict(call.params)
        size, page = int(asked["per_page"]), int(asked["page"])
        shown = self.left[(page - 1) * size : page * size]
        headers = {"X-WP-TotalPages": str(-(-len(self.left) // size))}
        body = json.dumps([order(id=number) for number in shown]).encode()
        del self.left[0]
        return Answer(200, headers, body, "x1")


def test_orders_that_change_between_pages_hide_no_others() -> None:
    site = MovingSite()
    connector = WooCommerceConnector(SITE, site)
    found: set[str] = set()
    cursor: str | None = None
    for _ in range(20):
        page = connector.orders(WINDOW, cursor)
        found |= {head.external_id for head in page.items}
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    assert found == {str(number) for number in range(1, 251)}
    assert site.pages(LIST) == ["1", "3", "2", "1"]


def test_pages_that_are_not_counted_are_no_answer() -> None:
    connector, _ = woo({LIST: good([order(id=n) for n in range(100)])})
    with pytest.raises(ContractBroken):
        connector.orders(WINDOW, None)


def test_one_order_that_cannot_be_read_spoils_no_other() -> None:
    broken = order(id=728, line_items=[{"id": 1, "quantity": "1.5"}])
    connector, _ = woo({LIST: good([order(), broken, order(id=729, status="checkout-draft")])})
    heads = list(connector.orders(WINDOW, None).items)
    assert [(head.external_id, head.order is None) for head in heads] == [("727", False), ("728", True)]


def test_details_find_the_trash_and_leave_out_what_is_not_there() -> None:
    connector, site = woo(
        {
            LIST: good([order()]),
            ONE: [good(order(id=728, status="trash")), example("orders.get", "unknown")],
        }
    )
    found = connector.order_details(["727", "728", "729", "#x"])
    assert [(one.external_id, one.status) for one in found] == [
        ("727", OrderStatus.PAID),
        ("728", OrderStatus.CANCELLED),
    ]
    assert dict(site.calls[0].params)["include"] == "727,728,729"


@pytest.mark.parametrize(
    ("name", "status", "at_door"),
    [
        ("cash on delivery, sent to the billing address", OrderStatus.PAID, True),
        ("a word of a plugin", OrderStatus.UNKNOWN, False),
        ("refunded after it was shipped", OrderStatus.SHIPPED, False),
    ],
)
def test_what_the_examples_mean(name: str, status: OrderStatus, at_door: bool) -> None:
    got = store_order(example("orders.get", name)[2])
    assert (got.status, got.cash_on_delivery) == (status, at_door)
    assert (got.address.lines[0], got.address.country) == ("99/1 ถนนสุขุมวิท", "TH")


def test_a_plugins_word_for_shipped_may_be_named() -> None:
    assert order_status("parcel-sent", was_completed=False) is OrderStatus.UNKNOWN
    assert order_status("parcel-sent", was_completed=False, shipped_word="parcel-sent") is OrderStatus.SHIPPED
    assert order_status("refunded", was_completed=False) is OrderStatus.CANCELLED


def test_a_number_of_a_plugin_is_what_people_know_the_order_by() -> None:
    assert store_order(order(number="TH-2026-15")).note == "#TH-2026-15\nleave at the door"


# --- errors

HTML = b"<html><body>nginx</body></html>"
ERRORS: list[tuple[str, Said, type[PartnerError]]] = [
    ("wrong key", example("orders.get", "wrong key"), AuthRejected),
    (
        "clock",
        (401, {}, {"code": "woocommerce_rest_authentication_error", "message": "Invalid timestamp."}),
        Retryable,
    ),
    ("bad parameter", example("orders.list", "a bad parameter"), Rejected),
    ("no such route", example("shipment-trackings", "without it"), Rejected),
    ("firewall", (403, {}, HTML), Rejected),
    ("no WooCommerce", (404, {}, HTML), Rejected),
    ("password page", (401, {}, HTML), AuthRejected),
    ("moved", (301, {"Location": "https://www.shop.example.com/"}, b""), Rejected),
    ("moved with words", (302, {"Location": "https://www.shop.example.com/"}, {}), Rejected),
    ("a page in place of JSON", (200, {}, HTML), ContractBroken),
    ("an object in place of a list", (200, {}, {"a": 1}), ContractBroken),
]


@pytest.mark.parametrize(("name", "said", "expected"), ERRORS, ids=[row[0] for row in ERRORS])
def test_errors_have_the_class_that_says_what_to_do(name: str, said: Said, expected: type[PartnerError]) -> None:
    connector, _ = woo({LIST: said})
    with pytest.raises(expected) as raised:
        connector.orders(WINDOW, None)
    if name.startswith("moved"):
        assert "https://www.shop.example.com/" in raised.value.message
        assert raised.value.field == "store_url"
    if name == "bad parameter":
        assert raised.value.field == "per_page"


def test_a_write_that_cannot_be_read_is_open_or_repeated() -> None:
    site = Site({"PUT /orders/{id}": [(200, {}, HTML)], "POST /orders/{id}/notes": [(200, {}, HTML)]})
    wire = Wire(SITE, site)
    with pytest.raises(Retryable):
        wire.write("PUT", "/orders/1", {}, Effect.REPEATABLE)
    with pytest.raises(UnknownOutcome):
        wire.write("POST", "/orders/1/notes", {}, Effect.CREATE)


def test_the_site_is_claimed_without_its_scheme() -> None:
    answers: dict[str, Said | list[Said]] = {
        LIST: good([]),
        "index": example("index", "the site"),
        "GET /settings/general/woocommerce_default_country": example("settings", "country"),
        "GET /settings/general/woocommerce_currency": example("settings", "currency"),
    }
    found = woo(answers)[0].verify()
    assert (found.key, found.name, found.country, found.currency) == ("shop.example.com", "Baan Suan", "TH", "THB")
    answers["GET /settings/general/woocommerce_currency"] = example("orders.update", "the key may only read")
    assert woo(answers, store_url="http://SHOP.example.com")[0].verify().key == "shop.example.com"
    with pytest.raises(AuthRejected):
        woo({LIST: example("orders.get", "wrong key")})[0].verify()


# --- confirming and cancelling


def done(**changes: Any) -> Said:
    status, headers, body = example("orders.update", "shipped, with the number in meta data")
    return status, headers, body | changes


def test_shipping_writes_status_and_number_and_reads_back() -> None:
    connector, site = woo({ONE: [good(order()), done()], PUT: done()})
    result = connector.confirm("727", "TH012345", "Flash Express")
    assert (result.confirmed, result.tracking, result.raw_status) == (True, "TH012345", "completed")
    wanted = exchanges("woocommerce", "orders.update")["shipped, with the number in meta data"]["request"]["json"]
    assert site.bodies(PUT) == [wanted]


def test_what_is_written_already_is_not_written_again() -> None:
    connector, site = woo({ONE: done()})
    assert connector.confirm("727", "TH012345", "").confirmed
    assert site.bodies(PUT) == []


def test_a_second_parcels_number_stands_beside_the_first() -> None:
    both = done(meta_data=[{"id": 9001, "key": "_tracking_number", "value": "TH012345, TH9"}])
    connector, site = woo({ONE: [done(), both], PUT: both})
    assert connector.confirm("727", "TH9", "").confirmed
    assert site.bodies(PUT) == [{"meta_data": [{"id": 9001, "key": "_tracking_number", "value": "TH012345, TH9"}]}]


def test_a_buyer_gets_one_note_with_the_number() -> None:
    notes, written = "GET /orders/{id}/notes", "POST /orders/{id}/notes"
    note = example("orders.notes", "a note to the buyer")
    connector, site = woo(
        {ONE: [good(order()), done(), done(), done()], PUT: done(), notes: [good([]), good([note[2]])], written: note},
        tracking_as="note",
    )
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert site.bodies(written) == [{"note": "Flash Express TH012345", "customer_note": True}]


def test_an_extension_that_is_missing_is_told_by_the_setting() -> None:
    trackings = "GET /orders/{id}/shipment-trackings"
    connector, _ = woo(
        {ONE: [good(order()), done()], PUT: done(), trackings: example("shipment-trackings", "without it")},
        tracking_as="extension",
    )
    with pytest.raises(Rejected) as refused:
        connector.confirm("727", "TH012345", "")
    assert refused.value.field == "tracking_as"
    connector, site = woo(
        {
            ONE: [good(order()), done()],
            PUT: done(),
            trackings: good([]),
            "POST /orders/{id}/shipment-trackings": example("shipment-trackings", "with the extension"),
        },
        tracking_as="extension",
    )
    assert connector.confirm("727", "TH012345", "Flash Express").confirmed
    assert site.bodies("POST /orders/{id}/shipment-trackings")[0]["tracking_number"] == "TH012345"


def test_ended_and_unknown_orders_are_not_shipped() -> None:
    with pytest.raises(TooLate):
        woo({ONE: good(order(status="cancelled"))})[0].confirm("727", "T", "")
    assert not woo({ONE: example("orders.get", "unknown")})[0].confirm("727", "T", "").confirmed
    unmoved = woo({ONE: good(order()), PUT: done()})[0].confirm("727", "T", "")
    assert (unmoved.confirmed, unmoved.raw_status) == (False, "processing")


def test_cancelling_goes_until_the_order_is_shipped() -> None:
    connector, site = woo({ONE: good(order()), PUT: example("orders.update", "cancelled")})
    assert connector.cancel_order("727", "out_of_stock").state == "accepted"
    assert site.bodies(PUT)[0]["status"] == "cancelled"
    assert woo({ONE: good(order(status="cancelled"))})[0].cancel_order("727", "other").state == "accepted"
    with pytest.raises(TooLate):
        woo({ONE: done()})[0].cancel_order("727", "other")
    with pytest.raises(Rejected):
        woo({ONE: example("orders.get", "unknown")})[0].cancel_order("727", "other")
    with pytest.raises(Rejected, match="processing"):
        woo({ONE: good(order()), PUT: good(order())})[0].cancel_order("727", "other")


# --- products and stock


def test_products_and_variations_are_listings_in_our_units() -> None:
    connector, _ = woo(
        {
            "GET /products": example("products", "simple, variable and one without stock keeping"),
            "GET /products/{id}/variations": example("products.variations", "two"),
            "GET /settings/products/woocommerce_weight_unit": good({"value": "kg"}),
            "GET /settings/products/woocommerce_dimension_unit": good({"value": "cm"}),
        }
    )
    page = connector.listings(None)
    assert page.cursor is None
    assert page.items == [
        StoreListing("22", "23", "TSHIRT-BAS-M", "T-shirt", "M", 5, 350, 100, 90, 85),
        StoreListing("22", "24", "TSHIRT-BAS-L", "T-shirt", "L", None, 350, 100, 90, 85),
        StoreListing("93", "", "MUG-350-WHT", "Mug 350 ml", "", 12, 350, 100, 90, 85),
        StoreListing("94", "", "", "Card", "", None),
    ]


def test_stock_goes_in_one_call_for_products_and_one_for_each_products_variations() -> None:
    connector, site = woo(
        {
            "POST /products/batch": example("products.batch", "one set, one unknown"),
            "POST /products/{id}/variations/batch": good({"update": [{"id": 23}]}),
        }
    )
    results = connector.set_stock(
        [
            StockTarget("mug", "93", "", "MUG", 7),
            StockTarget("gone", "1", "", "X", 1),
            StockTarget("tee", "22", "23", "TSHIRT-BAS-M", 5),
            StockTarget("tee-l", "22", "24", "TSHIRT-BAS-L", 4),
            StockTarget("odd", "x", "", "Y", 4),
        ]
    )
    assert {one.key: getattr(one.error, "code", "") for one in results} == {
        "mug": "",
        "gone": "woocommerce_rest_product_invalid_id",
        "tee": "",
        "tee-l": "not_answered",
        "odd": "unknown_product",
    }
    assert site.bodies("POST /products/batch")[0]["update"][0] == {"id": 93, "manage_stock": True, "stock_quantity": 7}
    assert [call.url.rpartition("v3")[2] for call in site.calls] == ["/products/batch", "/products/22/variations/batch"]


# --- messages


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


# --- anything at all

Question = Callable[[WooCommerceConnector], object]
QUESTIONS: list[Question] = [
    lambda c: c.verify(),
    lambda c: c.orders(WINDOW, None),
    lambda c: c.order_details(["1"]),
    lambda c: c.confirm("1", "T", ""),
    lambda c: c.cancel_order("1", "other"),
    lambda c: c.listings(None),
    lambda c: c.set_stock([StockTarget("k", "1", "", "S", 1)]),
    lambda c: c.subscribe(HOOK),
]
ODD: list[Any] = [
    None,
    5,
    "x",
    [],
    [None],
    [{"id": []}],
    [{"id": 1, "status": None, "meta_data": 5}],
    {"id": {}, "status": 1, "update": [{"error": 3}]},
    {"id": 1, "status": "processing", "meta_data": [{"key": "_tracking_number", "value": {"a": 1}}]},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_data_is_a_partner_error_or_nothing(odd: Any) -> None:
    class Anything(Site):
        def send(self, call: Call) -> Answer:
            self.answers.setdefault(call.operation, [good(odd)])
            return super().send(call)

    asked = (partial(question, WooCommerceConnector(SITE, Anything({}))) for question in QUESTIONS)
    assert unusable(*asked) == []
