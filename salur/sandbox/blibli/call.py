"""One call: who makes it, whether it is signed, how answers and refusals look."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from salur.sandbox.blibli.market import Blibli, Package
from salur.sandbox.blibli.signing import base_string, sign
from salur.sandbox.engine.exchange import Outcome, Refusal, json_bytes
from salur.sandbox.storefront.api import repeat_last
from salur.sandbox.storefront.model import Line, Order, Shop

MOST = 50
#: Parameters of every call.
NEEDED = ("requestId", "storeId", "channelId", "username", "storeCode", "businessPartnerCode", "merchantCode")


@dataclass
class Call:
    """What an operation gets."""

    market: Blibli
    shop: Shop
    query: dict[str, str]
    body: dict[str, Any]
    path: dict[str, str]

    def item(self, number: str) -> tuple[Order, Line]:
        """An item of this store that is paid; raises Refusal (404)."""
        found = self.market.items.get(number)
        if found is None or found[0] is not self.shop or found[1].step == "unpaid":
            raise refused(404, "ERR-NF404001", "Order item not found")
        return found[1], found[2]

    def package(self) -> Package:
        """The package that the path names; raises Refusal (404)."""
        number = self.path["package"]
        found = self.market.packages.get(int(number)) if number.isdigit() else None
        if found is None or found.shop is not self.shop:
            raise refused(404, "ERR-NF404003", "Package not found")
        return found

    def quota(self, what: str, key: str, most: int, seconds: float) -> None:
        """Raises Refusal (429) where the partner's own limit is reached."""
        if not self.market.within(what, f"{self.shop.id} {key}", most, seconds):
            raise refused(429, "ERR-RL429001", "Rate limit exceeded")

    def page(self, rows: Sequence[Any]) -> tuple[list[Any], dict[str, int]]:
        """A page of rows and ``paging``; raises Refusal."""
        given = self.body.get("paging", {})
        page, size = given.get("page", 0), given.get("size", MOST)
        if not isinstance(page, int) or not isinstance(size, int) or page < 0 or not 1 <= size <= MOST:
            raise bad(f"paging.page begins with 0 and paging.size is at most {MOST}")
        shown = {
            "pageNumber": page,
            "pageSize": size,
            "totalPage": -(-len(rows) // size),
            "totalRecord": len(rows),
        }
        return list(rows[page * size : (page + 1) * size]), shown


def refused(status: int, code: str, words: str) -> Refusal:
    """A refusal in the partner's form."""
    return Refusal(code, words, status=status)


def bad(words: str) -> Refusal:
    """A wrong parameter."""
    return refused(400, "ERR-PA400001", words)


def caller(market: Blibli, request: Request, raw: bytes) -> Shop:
    """The store that the keys belong to; raises Refusal."""
    pair = base64.b64encode(f"{market.client_id}:{market.client_key}".encode()).decode()
    if not hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {pair}"):
        raise refused(401, "UNAUTHORIZED", "Invalid client credentials")
    query = request.query_params
    missing = [name for name in NEEDED if not query.get(name)]
    if missing or query["storeId"] != "10001":
        raise bad(f"missing or wrong: {', '.join(missing) or 'storeId'}")
    shop = market.shops.get(query["storeCode"])
    codes = {query["storeCode"], query["businessPartnerCode"], query["merchantCode"]}
    key = request.headers.get("api-seller-key", "")
    bound = shop is not None and shop.linked and hmac.compare_digest(key, shop.extra["seller_key"])
    if shop is None or not bound or len(codes) > 1 or query["username"] != shop.extra["username"]:
        raise refused(400, "ERR-PA400054", "Your store has not been bound with this API client")
    if market.settings.signed:
        _check(market, shop, request, raw)
    return shop


def _check(market: Blibli, shop: Shop, request: Request, raw: bytes) -> None:
    wrong = refused(401, "ERR-PA401002", "Signature is not valid")
    given, when = request.headers.get("signature", ""), request.headers.get("signature-time", "")
    if not given or not when.isdigit():
        raise wrong
    if abs(market.core.clock.now() - int(when) / 1000) > market.settings.timestamp_tolerance:
        raise refused(401, "ERR-PA401003", "Signature time is not valid")
    text = base_string(request.method, request.url.path, raw, int(when))
    if not hmac.compare_digest(sign(shop.extra["signature_key"], text), given):
        raise wrong


@dataclass
class BlibliDialect:
    """``older`` calls answer with success and value, newer ones with content."""

    request_id: str = ""
    older: bool = False
    partner: str = "blibli"

    def render(self, outcome: Outcome) -> Response:
        """204 where there is nothing to say."""
        no = outcome.refused
        if no is not None:
            return self._refused(no.status, no.code, no.reason)
        payload = outcome.payload or {}
        if payload.get("_status") == 204:
            return Response(status_code=204)
        if self.older:
            return self._json({"success": True, "errorCode": None, "errorMessage": None, **payload}, 200)
        return self._json(payload, 200)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429."""
        answer = self._refused(429, "ERR-RL429001", "Rate limit exceeded")
        answer.headers["Retry-After"] = str(retry_after)
        return answer

    def broken(self) -> Response:
        """HTTP 500."""
        return self._refused(500, "ERR-SY500001", "Internal server error")

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last entry of the first list."""
        repeat_last(payload)

    def _refused(self, status: int, code: str, words: str) -> Response:
        return self._json({"success": False, "errorCode": code, "errorMessage": words}, status)

    def _json(self, body: dict[str, Any], status: int) -> Response:
        raw = json_bytes({"requestId": self.request_id, **body})
        return Response(raw, status_code=status, media_type="application/json")
