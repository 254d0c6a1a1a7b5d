"""One call as its handler sees it, and Amazon's envelope for errors."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from salur.sandbox.amazon.seller import Seller
from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.storefront.answer import json_response, respond
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Shop


@dataclass
class Call:
    """A call of a seller who may make it."""

    seller: Seller
    shop: Shop
    query: QueryParams
    body: dict[str, Any]
    path: Mapping[str, str]

    def words(self, name: str, allowed: Sequence[str]) -> list[str]:
        """A list of the query, its values joined by commas; raises Refusal (any value goes where none are named)."""
        given = self.query.getlist(name)
        if len(given) > 1:
            raise invalid(f"{name} is given twice; its values are joined by commas")
        found = [word for word in (given[0].split(",") if given else []) if word]
        if allowed and not set(found) <= set(allowed):
            raise invalid(f"{name} must be of {', '.join(allowed)}")
        return found

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query; raises Refusal."""
        text = self.query.get(name, str(default))
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise invalid(f"{name} must be between {least} and {most}")
        return int(text)


def invalid(details: str) -> Refusal:
    """HTTP 400."""
    return Refusal("InvalidInput", "Invalid Input", status=400, extra={"details": details})


def not_found() -> Refusal:
    """HTTP 404."""
    return Refusal("NotFound", "The requested resource doesn't exist.", status=404)


class AmazonDialect:
    """errors[] with code, message and details."""

    partner = "amazon"

    def render(self, outcome: Outcome) -> Response:
        """The answer or the refusal."""
        refused = outcome.refused
        if refused is None:
            return respond(outcome.payload or {})
        error = {"code": refused.code, "message": refused.reason}
        if "details" in refused.extra:
            error["details"] = refused.extra["details"]
        headers = {"x-amzn-RateLimit-Limit": str(refused.extra["rate"])} if "rate" in refused.extra else {}
        return json_response({"errors": [error]}, refused.status, headers)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429; Amazon sends no Retry-After."""
        words = "You exceeded your quota for the requested resource."
        return json_response({"errors": [{"code": "QuotaExceeded", "message": words}]}, 429)

    def broken(self) -> Response:
        """HTTP 500."""
        words = "We encountered an internal error. Please try again."
        return json_response({"errors": [{"code": "InternalFailure", "message": words}]}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """The last row of the page twice."""
        repeat_last(payload)


class GrantDialect(AmazonDialect):
    """The token address speaks OAuth's own words."""

    def render(self, outcome: Outcome) -> Response:
        """The answer or the refusal."""
        refused = outcome.refused
        if refused is None:
            return respond(outcome.payload or {})
        return json_response({"error": refused.code, "error_description": refused.reason}, refused.status)
