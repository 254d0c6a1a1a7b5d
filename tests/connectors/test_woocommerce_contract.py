"""The WooCommerce connector against contracts/woocommerce: statuses, signatures, errors and odd answers, all pure."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from salur.connectors.base.errors import AuthRejected, ContractBroken, PartnerError, Rejected, Retryable, UnknownOutcome
from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Answer, Call, Effect
from salur.connectors.stores.woocommerce.connector import PLUGIN, WooCommerceConnector
from salur.connectors.stores.woocommerce.wire import Wire, base_string, oauth_signature

from .contracts import CONTRACTS, contract
from .garbage import unusable
from .woocommerce import HOOK, LIST, SITE, WINDOW, Said, Site, example, good, woo


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
