"""One call: its parameters, the envelope, refusals."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, Response

from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Order, Shop
from salur.sandbox.tokopedia_legacy.market import Market

_GOOD = "Your request has been processed successfully"
_NOT_ACCEPTABLE = "Your request is not acceptable"


@dataclass
class Call:
    """What an operation gets."""

    market: Market
    query: dict[str, str]
    body: Any
    path: dict[str, str]

    def number(self, name: str, usual: int | None = None) -> int:
        """A whole number of the query; raises Refusal."""
        text = self.query.get(name, "" if usual is None else str(usual))
        if not text.isdigit():
            raise bad(f"{name} must be a number")
        return int(text)

    def shop(self, number: str) -> Shop:
        """A shop that the application may see; raises Refusal."""
        shop = self.market.shops.get(number)
        if shop is None or not shop.linked:
            raise refused(403, "Forbidden", "shop is not linked to the app", "RBAC_MDLW_001")
        return shop

    def order(self, number: str) -> tuple[Shop, Order]:
        """An order of such a shop; raises Refusal."""
        found = self.market.by_id.get(int(number)) if number.isdigit() else None
        if found is None:
            raise unknown_order()
        return self.shop(found[0].id), found[1]

    def given(self) -> dict[str, Any]:
        """The body as an object; raises Refusal."""
        if not isinstance(self.body, dict):
            raise bad("the body must be an object")
        return self.body


def refused(status: int, messages: str, reason: str, code: str) -> Refusal:
    """A refusal in the envelope's words."""
    return Refusal(code, reason, status=status, extra={"messages": messages})


def bad(reason: str) -> Refusal:
    """A wrong parameter."""
    return refused(400, "Bad request", reason, "ORD_API_010")


def not_acceptable(reason: str) -> Refusal:
    """Not in this status."""
    return refused(400, _NOT_ACCEPTABLE, reason, "ORD_USC_001")


def unknown_order() -> Refusal:
    """404."""
    return refused(404, "Order not found", "order not found", "ORD_API_008")


class TokopediaDialect:
    """``{header, data}``; the label is a page, the token call speaks OAuth's own words."""

    partner = "tokopedia_legacy"

    def render(self, outcome: Outcome) -> Response:
        """As the refusal says, else 200."""
        if outcome.file is not None:
            return HTMLResponse(outcome.file.decode())
        no, payload = outcome.refused, outcome.payload or {}
        if no is not None and "oauth" in no.extra:
            return self._json(no.extra["oauth"], no.status)
        if no is not None:
            header = {
                "process_time": 0.01,
                "messages": no.extra.get("messages", _NOT_ACCEPTABLE),
                "reason": no.reason,
                "error_code": no.code,
            }
            return self._json({"header": header, "data": None}, no.status)
        if "_oauth" in payload:
            return self._json(payload["_oauth"], 200)
        return self._json({"header": {"process_time": 0.018, "messages": _GOOD}, "data": payload["data"]}, 200)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429."""
        header = {
            "process_time": 0.01,
            "messages": "Too many requests",
            "reason": "rate limit exceeded",
            "error_code": "RATE_LIMIT",
        }
        answer = self._json({"header": header, "data": None}, 429)
        answer.headers["X-Ratelimit-Remaining"] = "0"
        answer.headers["X-Ratelimit-Reset-After"] = str(retry_after)
        return answer

    def broken(self) -> Response:
        """HTTP 500."""
        header = {
            "process_time": 0.01,
            "messages": "Internal server error",
            "reason": "internal server error",
            "error_code": "ORD_API_001",
        }
        return self._json({"header": header, "data": None}, 500)

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list."""
        repeat_last(payload)

    def _json(self, body: Any, status: int) -> Response:
        headers = {
            "X-Ratelimit-Limit": "50",
            "X-Ratelimit-Remaining": "49",
            "X-Ratelimit-Reset-After": "1",
            "X-Ratelimit-Full-Reset-After": "1",
        }
        return Response(json_bytes(body), status_code=status, media_type="application/json", headers=headers)
