"""The Shopify connector against contracts/shopify: signatures, schema, statuses and example exchanges, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import graphql
import httpx
import pytest

from salur.connectors.base.errors import (
    AuthExpired,
    AuthRejected,
    ContractBroken,
    PartnerError,
    RateLimited,
    Rejected,
    Retryable,
    TooLate,
)
from salur.connectors.base.listing import StockTarget, StoreListing
from salur.connectors.base.transport import Answer, Call, Effect, HttpTransport
from salur.connectors.base.types import Credentials, OrderStatus, PartnerEvent, RawRequest, TimeWindow
from salur.connectors.stores.shopify import oauth, queries
from salur.connectors.stores.shopify.connector import PLUGIN, ShopifyConnector
from salur.connectors.stores.shopify.mapping import changed_in, store_order
from salur.connectors.stores.shopify.statuses import FINANCIAL, FULFILLMENT, order_status
from salur.connectors.stores.shopify.wire import callback_digest, shop_domain, webhook_digest

from .contracts import CONTRACTS, contract, exchanges
from .garbage import unusable

NOW = 1_700_000_000.0
SHOP = Credentials(
    {
        "shop_domain": "Baan-Suan",
        "client_id": "app0123",
        "client_secret": "hush0123",
        "access_token": "shpat_example",
        "shop_id": "baan-suan.myshopify.com",
    }
)
WINDOW = TimeWindow(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
SCHEMA = graphql.build_schema((CONTRACTS / "shopify" / "schema.graphql").read_text("utf-8"))
DOCUMENTS = {
    name: text
    for name, text in vars(queries).items()
    if isinstance(text, str) and text.lstrip().startswith(("query", "mutation"))
}


class Shopify:
    """Answers each operation with its next answer (the last again and again); keeps the calls."""

    def __init__(self, answers: dict[str, list[tuple[int, Any]]]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        said = self.answers[call.operation]
        status, body = said.pop(0) if len(said) > 1 else said[0]
        return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), "x1")

    def sent(self, operation: str) -> list[Any]:
        return [json.loads(c.content or b"{}").get("variables") for c in self.calls if c.operation == operation]


def example(operation: str, name: str) -> tuple[int, Any]:
    said = exchanges("shopify", operation)[name]["answer"]
    return said["status"], said["json"]


def data(inner: Any) -> tuple[int, Any]:
    return 200, {"data": inner}


def shopify(credentials: Credentials = SHOP, **answers: Any) -> tuple[ShopifyConnector, Shopify]:
    listed = {
        name.replace("__", "/").replace("_of_", "."): said if isinstance(said, list) else [said]
        for name, said in answers.items()
    }
    partner = Shopify(listed)
    return ShopifyConnector(credentials, partner, clock=lambda: NOW), partner


def order(name: str, **changes: Any) -> dict[str, Any]:
    node: dict[str, Any] = example("order", name)[1]["data"]["nodes"][0]
    return node | changes


# --- the contract


def test_every_documented_status_has_a_meaning() -> None:
    with (CONTRACTS / "shopify" / "statuses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert [row["code"] for row in rows if row["code"] not in PLUGIN.status_tables[row["machine"]]] == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_query_is_one_that_the_schema_knows(name: str) -> None:
    wrong = graphql.validate(SCHEMA, graphql.parse(DOCUMENTS[name]))
    assert [error.message for error in wrong] == []


def cost(node: Any, fragments: dict[str, Any], parent: Any, variables: dict[str, int]) -> int:
    """What Shopify may ask for a selection at most: objects 1, ``first`` times all within, scalars nothing (D 20)."""
    total = 0
    for field in node.selection_set.selections if node.selection_set else ():
        if isinstance(field, graphql.FragmentSpreadNode):
            named = fragments[field.name.value]
            total += cost(named, fragments, named_type(named), variables)
        elif isinstance(field, graphql.InlineFragmentNode):
            total += cost(field, fragments, named_type(field), variables)
        elif isinstance(field, graphql.FieldNode):
            kind = graphql.get_named_type(parent.fields[field.name.value].type)
            if not graphql.is_leaf_type(kind):
                total += times(field, variables) * (1 + cost(field, fragments, kind, variables))
    return total


def named_type(fragment: Any) -> Any:
    return SCHEMA.get_type(fragment.type_condition.name.value)


def times(field: Any, variables: dict[str, int]) -> int:
    for argument in field.arguments or ():
        if argument.name.value in ("first", "ids"):
            value = argument.value
            return int(value.value) if isinstance(value, graphql.IntValueNode) else variables[value.name.value]
    return 1


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_no_query_is_dearer_than_shopify_allows(name: str) -> None:
    document = graphql.parse(DOCUMENTS[name])
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, graphql.FragmentDefinitionNode)}
    (operation,) = (d for d in document.definitions if isinstance(d, graphql.OperationDefinitionNode))
    root = SCHEMA.get_root_type(operation.operation)
    sizes = {"ORDER_LINES": queries.MORE_LINES_PAGE, "VARIANTS": queries.VARIANTS_PAGE}
    variables = {"first": sizes.get(name, queries.ORDERS_PAGE), "ids": queries.ORDERS_PAGE}
    if name == "INVENTORY_ITEMS":
        variables["ids"] = queries.STOCK_PAGE
    assert 0 < cost(operation, fragments, root, variables) <= 1000


# --- signatures


@pytest.mark.parametrize("vector", contract("shopify/signing.json")["callback"], ids=lambda v: v["name"])
def test_a_redirects_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert callback_digest({**vector["query"], "hmac": "ignored"}, vector["secret"]) == vector["hmac"]


@pytest.mark.parametrize("vector", contract("shopify/signing.json")["webhooks"], ids=lambda v: v["name"])
def test_a_webhooks_signature_is_as_computed_by_hand(vector: dict[str, Any]) -> None:
    assert webhook_digest(vector["body"].encode(), vector["secret"]) == vector["sign"]


# --- login


def redirect(**changes: str) -> dict[str, str]:
    signed = dict(contract("shopify/signing.json")["callback"][0]["query"]) | changes
    digest = callback_digest(signed, "hush0123")
    return {key: value for key, value in signed.items() if key != "state"} | {"hmac": digest}


LOGIN = SHOP.replaced(state="abc:123", redirect_uri="https://hub.example.com/back", code_verifier="v")


def test_the_owner_is_sent_to_the_shops_own_page_with_the_rights_the_hub_needs() -> None:
    connector, _ = shopify()
    address = urlsplit(connector.authorize_url("https://hub.example.com/back", "st&ate"))
    asked = parse_qs(address.query)
    assert (address.netloc, address.path) == ("baan-suan.myshopify.com", "/admin/oauth/authorize")
    assert (asked["state"], asked["client_id"]) == (["st&ate"], ["app0123"])
    assert set(asked["scope"][0].split(",")) == set(oauth.SCOPES)


def test_the_code_buys_a_token_without_an_end() -> None:
    connector, partner = shopify(LOGIN, oauth__access_token=example("oauth.access_token", "code exchanged"))
    tokens = connector.exchange(redirect())
    assert (tokens.access_token, tokens.identity) == ("shpat_example", "baan-suan.myshopify.com")
    assert tokens.access_expires_at > datetime.now(UTC) + timedelta(days=50 * 365)
    sent = json.loads(partner.calls[0].content or b"")
    assert sent == {"client_id": "app0123", "client_secret": "hush0123", "code": "0907a61c0c8d55e99db179b68161bc00"}


def test_a_public_apps_tokens_end_and_are_renewed() -> None:
    answers = [example("oauth.access_token", "token that ends"), example("oauth.access_token", "refreshed")]
    connector, partner = shopify(LOGIN.replaced(tokens="expiring"), oauth__access_token=answers)
    tokens = connector.exchange(redirect())
    assert json.loads(partner.calls[0].content or b"")["expiring"] == "1"
    assert tokens.access_expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(hours=1)

    later, _ = shopify(SHOP.replaced(refresh_token=tokens.refresh_token), oauth__access_token=answers)
    assert later.refresh().refresh_token == "shprt_next"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (redirect() | {"hmac": "0" * 64}, "bad_signature"),
        (redirect() | {"code": "stolen"}, "bad_signature"),
        (redirect(state="another login's"), "bad_signature"),
        ({}, "bad_signature"),
        (redirect(timestamp=str(int(NOW) - 2 * 86_400)), "stale_login"),
        (redirect(shop="other.myshopify.com"), "other_shop"),
    ],
    ids=["forged", "altered", "other state", "bare", "old", "other shop"],
)
def test_a_redirect_that_is_not_this_logins_buys_nothing(query: dict[str, str], code: str) -> None:
    connector, partner = shopify(LOGIN)
    with pytest.raises(AuthRejected) as refused:
        connector.exchange(query)
    assert (refused.value.code, partner.calls) == (code, [])


def test_a_code_used_before_and_rights_not_given_are_refused() -> None:
    connector, _ = shopify(LOGIN, oauth__access_token=example("oauth.access_token", "code used or wrong"))
    with pytest.raises(AuthRejected):
        connector.exchange(redirect())
    connector, _ = shopify(LOGIN, oauth__access_token=(200, {"access_token": "t", "scope": "read_orders"}))
    with pytest.raises(Rejected) as refused:
        connector.exchange(redirect())
    assert "write_inventory" in refused.value.message


def test_a_token_without_end_cannot_be_renewed() -> None:
    connector, partner = shopify()
    with pytest.raises(AuthRejected):
        connector.refresh()
    assert partner.calls == []


def test_the_shop_must_be_the_one_that_was_typed_and_give_all_rights() -> None:
    said = example("shop", "the shop and the app's scopes")
    connector, _ = shopify(shop=said)
    found = connector.verify()
    assert (found.key, found.country, found.currency) == ("baan-suan.myshopify.com", "TH", "THB")
    connector, _ = shopify(SHOP.replaced(shop_domain="else"), shop=said)
    with pytest.raises(AuthRejected):
        connector.verify()
    fewer = json.loads(json.dumps(said[1]))
    fewer["data"]["currentAppInstallation"]["accessScopes"].pop()
    connector, _ = shopify(shop=(200, fewer))
    with pytest.raises(AuthRejected, match="write_merchant_managed_fulfillment_orders"):
        connector.verify()


@pytest.mark.parametrize("typed", ["baan-suan", "Baan-Suan.myshopify.com", " baan-suan "])
def test_the_shops_address_may_be_typed_short_or_long(typed: str) -> None:
    assert shop_domain(typed) == "baan-suan.myshopify.com"


# --- orders


def test_a_page_of_orders_holds_them_whole_and_names_the_next() -> None:
    connector, partner = shopify(orders=example("orders", "a page with more to come"))
    page = connector.orders(WINDOW, None)
    (head,) = page.items
    assert head.order is not None
    assert page.cursor == "eyJsYXN0X2lkIjo1NDMyMTAwMDAxfQ=="
    assert partner.sent("orders") == [{"first": queries.ORDERS_PAGE, "after": None, "query": changed_in(WINDOW)}]
    got = head.order
    assert (got.external_id, got.status, got.raw_status) == ("5432100001", OrderStatus.PAID, "PAID/UNFULFILLED")
    assert (got.total, got.currency, got.note) == (Decimal("790.0"), "THB", "#1001\nleave at the door")
    assert got.number == "#1001"
    assert [(line.key, line.sku, line.quantity, line.unit_price) for line in got.lines] == [
        ("11001", "MUG-350-WHT", 2, Decimal("245.0")),
        ("11002", "TSHIRT-BAS-M", 1, Decimal("300.0")),
    ]
    assert got.address.lines == ("99/1 ถนนสุขุมวิท", "ห้อง 5")
    assert (got.address.name, got.address.postal_code, got.address.country) == ("มาลี ใจดี", "10110", "TH")
    assert got.version == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)

    empty, _ = shopify(orders=example("orders", "the last page, nothing in it"))
    assert (list(empty.orders(WINDOW, "c").items), empty.orders(WINDOW, "c").cursor) == ([], None)


def test_the_window_is_asked_for_in_whole_seconds_and_not_narrower() -> None:
    odd = TimeWindow(datetime(2026, 3, 1, 7, 0, 0, 900_000, tzinfo=UTC), datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC))
    assert changed_in(odd) == "updated_at:>='2026-03-01T07:00:00Z' AND updated_at:<'2026-03-01T08:00:01Z'"


def test_an_order_of_many_lines_is_read_to_its_end() -> None:
    row = order("shipped", displayFulfillmentStatus="UNFULFILLED")
    first = row["lineItems"]["nodes"][0] | {"unfulfilledQuantity": 2}
    row["lineItems"] = {"nodes": [first], "pageInfo": {"hasNextPage": True, "endCursor": "c1"}}
    rest = [first | {"id": f"gid://shopify/LineItem/{n}"} for n in range(499)]
    pages = [
        data({"order": {"lineItems": {"nodes": rest[:250], "pageInfo": {"hasNextPage": True, "endCursor": "c2"}}}}),
        data({"order": {"lineItems": {"nodes": rest[250:], "pageInfo": {"hasNextPage": False, "endCursor": "c3"}}}}),
    ]
    connector, partner = shopify(ordersById=data({"nodes": [row]}), order_of_lineItems=pages)
    (got,) = connector.order_details(["5432100001"])
    assert len({line.key for line in got.lines}) == 500
    assert [sent["after"] for sent in partner.sent("order.lineItems")] == ["c1", "c2"]


STATES: list[tuple[str, OrderStatus, list[int]]] = [
    ("cancelled", OrderStatus.CANCELLED, [2, 1]),
    ("shipped", OrderStatus.SHIPPED, [2]),
    ("partly shipped, a line partly refunded", OrderStatus.PAID, [1]),
    ("cash on delivery, a gift card, no address yet", OrderStatus.PAID, [1]),
]


@pytest.mark.parametrize(("name", "status", "pieces"), STATES, ids=[row[0] for row in STATES])
def test_what_a_warehouse_has_to_do_with(name: str, status: OrderStatus, pieces: list[int]) -> None:
    got = store_order(order(name))
    assert (got.status, [line.quantity for line in got.lines]) == (status, pieces)


def test_cash_on_delivery_is_told_and_missing_parts_are_empty() -> None:
    got = store_order(order("cash on delivery, a gift card, no address yet"))
    assert got.cash_on_delivery
    assert (got.address.country, got.address.lines, got.courier) == ("", (), "")


@pytest.mark.parametrize(
    ("money", "goods", "expected"),
    [
        ("PAID", "UNFULFILLED", OrderStatus.PAID),
        ("PARTIALLY_REFUNDED", "PARTIALLY_FULFILLED", OrderStatus.PAID),
        ("PENDING", "UNFULFILLED", OrderStatus.UNPAID),
        ("AUTHORIZED", "UNFULFILLED", OrderStatus.UNPAID),
        ("REFUNDED", "UNFULFILLED", OrderStatus.CANCELLED),
        ("REFUNDED", "FULFILLED", OrderStatus.SHIPPED),
        ("PAID", "ON_HOLD", OrderStatus.UNKNOWN),
        ("PAID", "IN_PROGRESS", OrderStatus.UNKNOWN),
        ("PAID", "FULFILLMENT_NOT_REQUIRED", OrderStatus.COMPLETED),
        ("PAID", "NEW_WORD", OrderStatus.UNKNOWN),
        ("NEW_WORD", "UNFULFILLED", OrderStatus.UNKNOWN),
        ("", "UNFULFILLED", OrderStatus.UNKNOWN),
    ],
)
def test_money_and_goods_are_read_together(money: str, goods: str, expected: OrderStatus) -> None:
    assert order_status(money, goods, cancelled=False, pays_at_door=False, trusts=False) is expected


def test_reserved_money_is_trusted_only_where_the_merchant_says_so() -> None:
    row = order("shipped", displayFinancialStatus="AUTHORIZED", displayFulfillmentStatus="UNFULFILLED")
    assert store_order(row).status is OrderStatus.UNPAID
    assert store_order(row, trusts=True).status is OrderStatus.PAID
    for money in FINANCIAL:
        for goods in FULFILLMENT:
            gone = order_status(money, goods, cancelled=True, pays_at_door=True, trusts=True)
            assert gone is OrderStatus.CANCELLED


def test_orders_that_shopify_does_not_know_are_left_out() -> None:
    connector, _ = shopify(ordersById=example("order", "unknown orders are null"))
    assert connector.order_details(["1"]) == []


# --- errors

ERRORS: list[tuple[str, type[PartnerError]]] = [
    ("throttled with 200", RateLimited),
    ("throttled with 429", RateLimited),
    ("wrong token", AuthRejected),
    ("a scope is missing", Rejected),
    ("too dear", ContractBroken),
    ("shop closed", AuthRejected),
    ("Shopify's own fault", Retryable),
    ("a field that there is not", ContractBroken),
]


@pytest.mark.parametrize(("name", "expected"), ERRORS, ids=[row[0] for row in ERRORS])
def test_each_layer_of_errors_has_its_class(name: str, expected: type[PartnerError]) -> None:
    connector, _ = shopify(orders=example("errors", name))
    with pytest.raises(expected) as raised:
        connector.orders(WINDOW, None)
    assert raised.value.exchange_id == "x1"
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 2.0  # (252 - 52) points at 100 a second


def test_a_429_without_figures_and_a_token_that_may_be_renewed() -> None:
    connector, _ = shopify(orders=(429, b"slow down"))
    with pytest.raises(RateLimited):
        connector.orders(WINDOW, None)
    connector, _ = shopify(SHOP.replaced(refresh_token="r"), orders=example("errors", "wrong token"))
    with pytest.raises(AuthExpired):
        connector.orders(WINDOW, None)


@pytest.mark.parametrize(
    "said", [b"", b"<html>", b"[]", b'{"data": null}', b'{"data": {"orders": 5}}', b'{"errors": "x"}']
)
def test_an_answer_that_cannot_be_read_is_told_as_such(said: bytes) -> None:
    connector, _ = shopify(orders=(200, said))
    with pytest.raises((ContractBroken, Retryable)):
        connector.orders(WINDOW, None)


# --- confirming


def shipped(number: str = "TH012345", goods: str = "FULFILLED", parts: Any = ()) -> tuple[int, Any]:
    held = [
        {
            "id": "gid://shopify/Fulfillment/801",
            "status": "SUCCESS",
            "trackingInfo": [{"number": number, "company": "J&T"}],
        }
    ]
    return data(
        {
            "order": {
                "cancelledAt": None,
                "displayFinancialStatus": "PAID",
                "displayFulfillmentStatus": goods,
                "fulfillmentOrders": {"nodes": list(parts)},
                "fulfillments": held,
            }
        }
    )


def test_each_location_is_shipped_once_with_the_number_and_read_back() -> None:
    connector, partner = shopify(
        order_of_fulfillment=[example("fulfillmentOrders", "two locations, one on hold"), shipped()],
        fulfillmentCreate=example("fulfillmentCreate", "shipped"),
    )
    result = connector.confirm("5432100001", "TH012345", "Flash Express")
    assert (result.confirmed, result.tracking) == (True, "TH012345")
    sent = [one["fulfillment"] for one in partner.sent("fulfillmentCreate")]
    assert [one["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderId"][-3:] for one in sent] == ["901", "902"]
    assert sent[0]["trackingInfo"] == {"number": "TH012345", "company": "Flash Express"}
    assert sent[0]["notifyCustomer"] is True


def test_what_is_shipped_already_is_not_shipped_again() -> None:
    connector, partner = shopify(order_of_fulfillment=shipped())
    assert connector.confirm("5432100001", "TH012345", "").confirmed
    assert len(partner.calls) == 1


def test_a_second_parcels_number_stands_beside_the_first() -> None:
    both = shipped()
    both[1]["data"]["order"]["fulfillments"][0]["trackingInfo"].append({"number": "TH9", "company": "J&T"})
    connector, partner = shopify(
        SHOP.replaced(notify_customer="no"),
        order_of_fulfillment=[shipped(), both],
        fulfillmentTrackingInfoUpdate=example("fulfillmentTrackingInfoUpdate", "a number given later"),
    )
    assert connector.confirm("5432100001", "TH9", "").confirmed
    (sent,) = partner.sent("fulfillmentTrackingInfoUpdate")
    assert sent["tracking"] == {"numbers": ["TH012345", "TH9"], "company": "J&T"}
    assert sent["notify"] is False


def test_an_order_on_hold_is_not_confirmed_and_says_why() -> None:
    held = [{"id": "gid://shopify/FulfillmentOrder/9", "status": "ON_HOLD", "supportedActions": []}]
    connector, partner = shopify(order_of_fulfillment=shipped("", "ON_HOLD", held))
    result = connector.confirm("5432100001", "TH1", "")
    assert (result.confirmed, result.detail) == (False, "fulfillment orders: ON_HOLD")
    assert partner.sent("fulfillmentCreate") == []


def test_a_refusal_to_ship_a_cancelled_and_an_unknown_order_are_told_apart() -> None:
    connector, _ = shopify(
        order_of_fulfillment=example("fulfillmentOrders", "two locations, one on hold"),
        fulfillmentCreate=example("fulfillmentCreate", "closed before"),
    )
    with pytest.raises(Rejected, match="unfulfillable"):
        connector.confirm("5432100001", "TH1", "")
    gone = shipped()
    gone[1]["data"]["order"]["cancelledAt"] = "2026-03-01T04:00:00Z"
    connector, _ = shopify(order_of_fulfillment=gone)
    with pytest.raises(TooLate):
        connector.confirm("5432100001", "TH1", "")
    connector, _ = shopify(order_of_fulfillment=data({"order": None}))
    assert not connector.confirm("1", "TH1", "").confirmed


# --- cancelling


def cancelled(at: str | None, goods: str = "UNFULFILLED") -> tuple[int, Any]:
    return data({"order": {"cancelledAt": at, "displayFulfillmentStatus": goods}})


def test_a_cancellation_is_pending_until_the_order_shows_it() -> None:
    job = example("orderCancel", "a job")
    connector, partner = shopify(orderCancel=job, order_of_cancelled=cancelled(None))
    assert connector.cancel_order("5432100001", "INVENTORY").state == "pending"
    (sent,) = partner.sent("orderCancel")
    assert (sent["reason"], sent["restock"], sent["refund"]) == (
        "INVENTORY",
        True,
        {"originalPaymentMethodsRefund": False},
    )
    done = json.loads(json.dumps(job[1]).replace('"done": false', '"done": true'))
    connector, _ = shopify(orderCancel=(200, done), order_of_cancelled=cancelled("2026-03-01T04:00:00Z"))
    assert connector.cancel_order("5432100001", "INVENTORY").state == "accepted"


def test_a_refused_cancellation_is_explained_by_the_order_itself() -> None:
    refused = example("orderCancel", "not to be cancelled")
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled("2026-03-01T04:00:00Z"))
    assert connector.cancel_order("5432100001", "OTHER").state == "accepted"
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled(None, "PARTIALLY_FULFILLED"))
    with pytest.raises(TooLate):
        connector.cancel_order("5432100001", "OTHER")
    connector, _ = shopify(orderCancel=refused, order_of_cancelled=cancelled(None))
    with pytest.raises(Rejected):
        connector.cancel_order("5432100001", "OTHER")
    connector, _ = shopify(orderCancel=example("orderCancel", "unknown order"))
    with pytest.raises(Rejected):
        connector.cancel_order("1", "OTHER")


# --- products and stock


def test_each_variant_is_a_listing() -> None:
    connector, _ = shopify(productVariants=example("productVariants", "a page"))
    page = connector.listings(None)
    assert page.items == [
        StoreListing("7001", "42001", "MUG-350-WHT", "Mug 350 ml", "White", 12, 350),
        StoreListing("7009", "42009", "", "Poster", "", 0, 0),
    ]
    assert page.cursor


TARGET = StockTarget("k1", "7001", "42001", "MUG-350-WHT", 7)


@pytest.mark.parametrize(
    ("version", "name"), [("2026-10", "set, version 2026-04 and newer"), ("2026-01", "set, older versions")]
)
def test_stock_is_set_in_the_shape_of_the_version(version: str, name: str) -> None:
    connector, partner = shopify(
        SHOP.replaced(api_version=version, location_id="61"),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", name),
    )
    unknown = StockTarget("k2", "7001", "1", "X", 1)
    results = connector.set_stock([TARGET, unknown])
    assert [(one.key, one.error is None) for one in results] == [("k1", True), ("k2", False)]
    wanted = exchanges("shopify", "inventorySetQuantities")[name]["request"]["json"]["variables"]
    (sent,) = partner.sent("inventorySetQuantities")
    assert sent["input"] == wanted["input"]
    assert ("key" in sent) == ("key" in wanted)
    assert partner.calls[-1].url.endswith(f"/admin/api/{version}/graphql.json")


def test_the_same_figure_again_is_a_new_request() -> None:
    connector, partner = shopify(
        SHOP.replaced(location_id="61"),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", "set, version 2026-04 and newer"),
    )
    connector.set_stock([TARGET])
    connector.set_stock([TARGET])
    first, second = partner.sent("inventorySetQuantities")
    assert first["key"] != second["key"]


def test_a_refused_figure_is_taken_out_and_the_rest_set() -> None:
    items = [
        {
            "id": f"gid://shopify/ProductVariant/{n}",
            "inventoryItem": {"id": f"gid://shopify/InventoryItem/{n}", "tracked": n != 3},
        }
        for n in (1, 2, 3)
    ]
    connector, partner = shopify(
        SHOP.replaced(location_id="61"),
        inventoryItems=data({"nodes": items}),
        inventorySetQuantities=[
            example("inventorySetQuantities", "the second entry is refused, nothing is set"),
            example("inventorySetQuantities", "set, version 2026-04 and newer"),
        ],
    )
    results = connector.set_stock([StockTarget(f"k{n}", "7", str(n), "S", n) for n in (1, 2, 3)])
    codes = {one.key: getattr(one.error, "code", "") for one in results}
    assert codes == {"k1": "", "k2": "ITEM_NOT_STOCKED_AT_LOCATION", "k3": "not_tracked"}
    assert [len(sent["input"]["quantities"]) for sent in partner.sent("inventorySetQuantities")] == [2, 1]


def test_without_a_chosen_location_the_only_one_counts() -> None:
    two = example("locations", "two")
    connector, _ = shopify(locations=two)
    with pytest.raises(Rejected, match=r"Bangkok \(61\), Chiang Mai \(62\)"):
        connector.set_stock([TARGET])
    one = json.loads(json.dumps(two[1]))
    one["data"]["locations"]["nodes"][1]["isActive"] = False
    connector, partner = shopify(
        locations=(200, one),
        inventoryItems=example("inventoryItems", "of two variants, one unknown"),
        inventorySetQuantities=example("inventorySetQuantities", "set, version 2026-04 and newer"),
    )
    connector.set_stock([TARGET])
    assert (
        partner.sent("inventorySetQuantities")[0]["input"]["quantities"][0]["locationId"] == "gid://shopify/Location/61"
    )


# --- messages


def message(name: str = "an order changed", **headers: str) -> RawRequest:
    said = exchanges("shopify", "webhook")[name]["request"]
    body = json.dumps(said["json"], ensure_ascii=False).encode()
    signed = {**said["headers"], "X-Shopify-Hmac-SHA256": webhook_digest(body, "hush0123"), **headers}
    return RawRequest("POST", "https://hub.example.com/webhooks/store/5", signed, {}, body)


def test_a_message_names_the_order_and_its_own_number() -> None:
    connector, _ = shopify()
    assert connector.parse_callback(message()) == [
        PartnerEvent(
            "order", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "5432100001", "", datetime(2026, 3, 1, 3, 15, tzinfo=UTC)
        )
    ]
    (removed,) = connector.parse_callback(message("the app was removed"))
    assert (removed.kind, removed.raw_status) == ("authorisation", "deauthorised")


@pytest.mark.parametrize("header", ["", "é", webhook_digest(b"{}", "hush0123"), webhook_digest(b"{}", "other")])
def test_a_forged_message_is_refused(header: str) -> None:
    connector, _ = shopify()
    with pytest.raises(AuthRejected):
        connector.parse_callback(message(**{"X-Shopify-Hmac-SHA256": header}))


def test_messages_of_other_shops_and_topics_give_nothing() -> None:
    connector, _ = shopify()
    assert connector.parse_callback(message(**{"X-Shopify-Shop-Domain": "else.myshopify.com"})) == []
    assert connector.parse_callback(message(**{"X-Shopify-Topic": "products/update"})) == []


def test_only_what_is_not_subscribed_to_is_asked_for() -> None:
    there = example("webhookSubscriptions", "those there are")
    there[1]["data"]["webhookSubscriptions"]["pageInfo"] = {"hasNextPage": False, "endCursor": None}
    connector, partner = shopify(
        webhookSubscriptions=there,
        webhookSubscriptionCreate=[
            example("webhookSubscriptions", "made"),
            example("webhookSubscriptions", "there already"),
        ],
    )
    assert connector.subscribe("https://hub.example.com/webhooks/store/5") is None
    topics = [sent["topic"] for sent in partner.sent("webhookSubscriptionCreate")]
    assert topics == ["ORDERS_CREATE", "ORDERS_CANCELLED", "APP_UNINSTALLED"]


# --- the transport


def test_an_answer_429_reaches_the_call_that_reads_it_and_no_other() -> None:
    said = json.dumps(example("errors", "throttled with 429")[1]).encode()
    mock = httpx.MockTransport(lambda request: httpx.Response(429, content=said, headers={"Retry-After": "9"}))
    with httpx.Client(transport=mock) as client:
        transport = HttpTransport(client, 5.0, lambda exchange: None, lambda body: body)
        with pytest.raises(RateLimited) as figured:
            ShopifyConnector(SHOP, transport).orders(WINDOW, None)
        with pytest.raises(RateLimited) as told:
            transport.send(Call("GET", "https://shop.invalid", "any", Effect.READ))
    assert (figured.value.retry_after, told.value.retry_after) == (2.0, 9.0)


# --- anything at all

Question = Callable[[ShopifyConnector], object]
QUESTIONS: list[Question] = [
    lambda c: c.verify(),
    lambda c: c.orders(WINDOW, None),
    lambda c: c.order_details(["1"]),
    lambda c: c.confirm("1", "T", ""),
    lambda c: c.cancel_order("1", "OTHER"),
    lambda c: c.listings(None),
    lambda c: c.set_stock([TARGET]),
    lambda c: c.subscribe("https://hub.example.com"),
]
ODD: list[Any] = [
    None,
    [],
    5,
    "x",
    {"nodes": None},
    {"nodes": [{"id": []}]},
    {"nodes": [None], "pageInfo": {"hasNextPage": True}},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_data_is_a_partner_error_or_nothing(odd: Any) -> None:
    keys = ("shop", "currentAppInstallation", "orders", "nodes", "order", "orderCancel", "productVariants", "locations")
    more = ("inventorySetQuantities", "webhookSubscriptions", "fulfillmentCreate")
    answer = [data(dict.fromkeys((*keys, *more), odd))]

    class Anything(Shopify):
        def send(self, call: Call) -> Answer:
            self.answers.setdefault(call.operation, list(answer))
            return super().send(call)

    asked = (partial(question, ShopifyConnector(SHOP, Anything({}))) for question in QUESTIONS)
    assert unusable(*asked) == []
