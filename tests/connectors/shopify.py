"""Shopify connectors whose partner answers from the examples of contracts/."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.listing import StockTarget
from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import Credentials, TimeWindow
from salur.connectors.stores.shopify.connector import ShopifyConnector

from .contracts import exchanges

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
TARGET = StockTarget("k1", "7001", "42001", "MUG-350-WHT", 7)


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
