"""One call as its handler sees it, what it answers, and how that looks on the wire."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, Response

from salur.sandbox.engine.exchange import GATEWAY_PAGE, Outcome, Refusal
from salur.sandbox.storefront.answer import json_response, respond
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Shop
from salur.sandbox.woocommerce.site import Sites

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?")
_ROUTE = re.compile(r"\d{1,18}")


@dataclass
class Call:
    """``url`` is the address without its query; ``site`` the site's own, with a slash at its end."""

    sites: Sites
    shop: Shop
    query: QueryParams
    body: dict[str, Any]
    path: Mapping[str, str]
    url: str
    site: str

    def number(self, name: str = "id") -> int:
        """A number in the path; raises Refusal."""
        text = self.path[name]
        if not _ROUTE.fullmatch(text):
            raise no_route()
        return int(text)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query; raises Refusal."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise invalid(name, f"{name} is not of type integer.")
        if not least <= int(text) <= most:
            raise invalid(name, f"{name} must be between {least} (inclusive) and {most} (inclusive)")
        return int(text)

    def one_of(self, name: str, default: str, allowed: Sequence[str]) -> str:
        """A word of the query; raises Refusal."""
        text = self.query.get(name, default)
        if text not in allowed:
            raise invalid(name, f"{name} is not one of {', '.join(allowed)}.")
        return text

    def several(self, name: str) -> list[str]:
        """A list in the query: with commas, repeated, or with brackets."""
        found = [value for key, value in self.query.multi_items() if re.fullmatch(rf"{name}(\[\d*\])?", key)]
        return [part.strip() for text in found for part in text.split(",") if part.strip()]

    def moment(self, name: str) -> float | None:
        """A date of the query as unix seconds: with an offset, in UTC (``dates_are_gmt``) or in the site's time."""
        text = self.query.get(name)
        if text is None:
            return None
        if not _DATE.fullmatch(text):
            raise invalid(name, "Invalid date.")
        try:
            read = datetime.fromisoformat(text)
        except ValueError as problem:
            raise invalid(name, "Invalid date.") from problem
        if read.tzinfo is not None:
            return read.timestamp()
        gmt = self.query.get("dates_are_gmt", "false").lower() in ("true", "1")
        return read.replace(tzinfo=UTC).timestamp() - (0 if gmt else self.sites.offset(self.shop))

    def paged(self, rows: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
        """The page asked for, and the headers that tell how many there are."""
        per_page, page = self.whole("per_page", 10, 1, 100), self.whole("page", 1, 1, 10**8)
        start = self.whole("offset", (page - 1) * per_page, 0, 10**9)
        pages = -(-len(rows) // per_page)
        headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
        places = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
        if page <= 1:
            del places["first"], places["prev"]
        if page >= pages:
            places = {rel: number for rel, number in places.items() if rel not in ("next", "last")}
        links = [f'<{self._link(number)}>; rel="{rel}"' for rel, number in places.items()]
        if links:
            headers["Link"] = ", ".join(links)
        return rows[start : start + per_page], headers

    def _link(self, page: int) -> str:
        kept = [(key, value) for key, value in self.query.multi_items() if key != "page" and "oauth_" not in key]
        return f"{self.url}?{urlencode([*kept, ('page', str(page))])}"


def no_route() -> Refusal:
    """There is no such address, or not with this method."""
    return Refusal("rest_no_route", "No route was found matching the URL and request method.", status=404)


def invalid(name: str, words: str) -> Refusal:
    """A parameter that cannot be."""
    return Refusal("rest_invalid_param", f"Invalid parameter(s): {name}", status=400, extra={"params": {name: words}})


def missing(name: str) -> Refusal:
    """A parameter that must be there."""
    words = f"Missing parameter(s): {name}"
    return Refusal("rest_missing_callback_param", words, status=400, extra={"params": [name]})


def unknown(kind: str) -> Refusal:
    """No such order, product ..."""
    return Refusal(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", status=404)


def error(refusal: Refusal) -> dict[str, Any]:
    """A refusal's body."""
    data = {"status": refusal.status, **refusal.extra}
    return {"code": refusal.code, "message": refusal.reason, "data": data}


class WooDialect:
    """JSON; a host in front of WordPress answers 429 with a page of its own."""

    partner = "woocommerce"

    def render(self, outcome: Outcome) -> Response:
        """The answer or the refusal."""
        if outcome.refused is not None:
            return json_response(error(outcome.refused), outcome.refused.status)
        return respond(outcome.payload or {})

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429, no JSON."""
        return HTMLResponse(GATEWAY_PAGE, 429, headers={"Retry-After": str(retry_after)})

    def broken(self) -> Response:
        """HTTP 500."""
        words = "There has been a critical error on this website."
        return json_response({"code": "internal_server_error", "message": words, "data": {"status": 500}}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """The last row of the page twice."""
        repeat_last(payload)
