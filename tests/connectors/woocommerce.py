"""WooCommerce connectors whose site answers from the examples of contracts/."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from salur.connectors.base.transport import Answer, Call
from salur.connectors.base.types import Credentials, TimeWindow
from salur.connectors.stores.woocommerce.connector import WooCommerceConnector

from .contracts import exchanges

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
