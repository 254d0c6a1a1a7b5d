"""The Shopify connector against contracts/shopify: statuses, queries, errors and odd answers, all pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import partial
from typing import Any

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
)
from salur.connectors.base.transport import Answer, Call, Effect, HttpTransport
from salur.connectors.stores.shopify import queries
from salur.connectors.stores.shopify.connector import PLUGIN, ShopifyConnector

from .contracts import CONTRACTS
from .garbage import unusable
from .shopify import SHOP, TARGET, WINDOW, Shopify, data, example, shopify

SCHEMA = graphql.build_schema((CONTRACTS / "shopify" / "schema.graphql").read_text("utf-8"))
DOCUMENTS = {
    name: text
    for name, text in vars(queries).items()
    if isinstance(text, str) and text.lstrip().startswith(("query", "mutation"))
}


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
