"""One call as its handler sees it, and eBay's words for errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import json_response, respond
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Shop

if TYPE_CHECKING:
    from salur.sandbox.ebay.seller import Ebay


@dataclass
class Call:
    """``base`` is our address without a slash at its end; ``said`` the query as it was sent."""

    ebay: Ebay
    shop: Shop
    query: QueryParams
    body: dict[str, Any]
    path: Mapping[str, str]
    base: str
    said: str

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query; raises Refusal."""
        text = self.query.get(name, str(default))
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise wrong(30810, f"Invalid {name}.", f"The {name} must be between {least} and {most}.")
        return int(text)


def wrong(number: int, message: str, long: str = "", *, status: int = 400, domain: str = "API_FULFILLMENT") -> Refusal:
    """An error with eBay's number."""
    return Refusal(str(number), message, status=status, extra={"long": long or message, "domain": domain})


def bad_token() -> Refusal:
    """HTTP 401."""
    long = "Invalid access token. Check the value of the Authorization HTTP request header."
    return wrong(1001, "Invalid access token", long, status=401, domain="OAuth")


def no_scope() -> Refusal:
    """HTTP 403."""
    return wrong(1100, "Access denied", "Insufficient permissions to fulfill the request.", status=403, domain="ACCESS")


def too_many() -> Refusal:
    """HTTP 429."""
    long = "The request limit has been reached for the resource."
    return wrong(2001, "Too many requests.", long, status=429, domain="ACCESS")


def unreadable(words: str) -> Refusal:
    """A body that is no JSON object."""
    return wrong(2004, "Invalid request", words, domain="ACCESS")


def error_row(refused: Refusal) -> dict[str, Any]:
    """A refusal as an object of errors[]."""
    return {
        "errorId": int(refused.code),
        "domain": refused.extra["domain"],
        "category": "APPLICATION" if refused.status >= 500 else "REQUEST",
        "message": refused.reason,
        "longMessage": refused.extra["long"],
    }


class EbayDialect:
    """errors[] with numbers."""

    partner = "ebay"

    def render(self, outcome: Outcome) -> Response:
        """The answer or the refusal."""
        if outcome.refused is None:
            return respond(outcome.payload or {})
        return self.refuse(outcome.refused)

    def refuse(self, refused: Refusal) -> Response:
        """How this API words a refusal."""
        return json_response({"errors": [error_row(refused)]}, refused.status)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429; eBay sends no Retry-After."""
        return self.refuse(too_many())

    def broken(self) -> Response:
        """HTTP 500."""
        return self.refuse(wrong(30500, "System error.", status=500))

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """The last row of the page twice."""
        repeat_last(payload)


class PostOrderDialect(EbayDialect):
    """The older API: error[] with severity."""

    def refuse(self, refused: Refusal) -> Response:
        """An error each with its severity and parameters."""
        row = {**error_row(refused), "severity": "ERROR", "parameter": []}
        return json_response({"error": [row]}, refused.status)


class GrantDialect(EbayDialect):
    """The token address speaks OAuth's own words."""

    def refuse(self, refused: Refusal) -> Response:
        """error and error_description."""
        if refused.code.isdigit():
            return super().refuse(refused)
        return json_response({"error": refused.code, "error_description": refused.reason}, refused.status)
