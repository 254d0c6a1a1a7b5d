"""One call as its handler sees it, and Etsy's words for errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from salur.sandbox.engine.exchange import Outcome, Refusal
from salur.sandbox.etsy.shop import Etsy
from salur.sandbox.storefront.answer import json_response, respond
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Shop

_TRUE, _FALSE = ("true", "1"), ("false", "0")


@dataclass
class Call:
    """``shop`` is the token's own; ``body`` holds the fields of a form or of JSON."""

    etsy: Etsy
    shop: Shop
    query: QueryParams
    body: dict[str, Any]
    path: Mapping[str, str]

    def whole(self, name: str, default: int | None, least: int, most: int) -> int | None:
        """A whole number of the query; raises Refusal."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"\d{1,12}", text):
            raise bad(f"{name} must be an integer")
        if int(text) > most:
            raise bad(f"{name} must be at most {most}")
        if int(text) < least:
            raise bad(f"{name} must be at least {least}")
        return int(text)

    def flag(self, name: str) -> bool | None:
        """A boolean of the query; raises Refusal."""
        text = self.query.get(name, "").lower()
        if text in ("", "null"):
            return None
        if text not in _TRUE + _FALSE:
            raise bad(f"{name} must be a boolean")
        return text in _TRUE

    def number(self, name: str) -> int:
        """A number in the path; raises Refusal."""
        if not re.fullmatch(r"\d{1,15}", self.path[name]):
            raise bad(f"{name} must be an integer")
        return int(self.path[name])

    def page(self, default: int = 25) -> tuple[int, int]:
        """(limit, offset)."""
        return self.whole("limit", default, 1, 100) or default, self.whole("offset", 0, 0, 10**9) or 0


def bad(words: str) -> Refusal:
    """HTTP 400."""
    return Refusal("bad_request", words, status=400)


def missing() -> Refusal:
    """HTTP 404."""
    return Refusal("not_found", "Resource not found", status=404)


def oauth_error(code: str, words: str, status: int) -> Refusal:
    """An error in OAuth's own words."""
    return Refusal(code, words, status=status, extra={"oauth": True})


class EtsyDialect:
    """``error`` with a text, or OAuth's error and error_description."""

    partner = "etsy"

    def render(self, outcome: Outcome) -> Response:
        """The answer or the refusal."""
        refused = outcome.refused
        if refused is None:
            return respond(outcome.payload or {})
        if refused.extra.get("oauth"):
            return json_response({"error": refused.code, "error_description": refused.reason}, refused.status)
        return json_response({"error": refused.reason}, refused.status, refused.extra.get("headers"))

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429."""
        return json_response({"error": "You have exceeded your quota"}, 429, {"retry-after": str(retry_after)})

    def broken(self) -> Response:
        """HTTP 500."""
        return json_response({"error": "An unknown error occurred. Please try again."}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """The last row of the page twice."""
        repeat_last(payload)
