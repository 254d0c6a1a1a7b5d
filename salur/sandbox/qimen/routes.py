"""The HTTP face of the simulated warehouse: one address, operations by name (contracts/qimen, transport)."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.engine import document
from salur.sandbox.engine.exchange import Outcome, Refusal, perform
from salur.sandbox.qimen import fields, goods, inbound, outbound
from salur.sandbox.qimen.call import Call
from salur.sandbox.qimen.model import Account
from salur.sandbox.qimen.profiles import PATH
from salur.sandbox.qimen.signing import same, sign
from salur.sandbox.qimen.wms import Wms

PREFIX = "taobao.qimen."
OPERATIONS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "singleitem.synchronize": goods.singleitem_synchronize,
    "inventory.query": goods.inventory_query,
    "entryorder.create": inbound.entryorder_create,
    "entryorder.query": inbound.entryorder_query,
    "deliveryorder.create": outbound.deliveryorder_create,
    "deliveryorder.query": outbound.deliveryorder_query,
    "order.cancel": outbound.order_cancel,
    "order.pending": outbound.order_pending,
    "orderprocess.query": outbound.orderprocess_query,
}
CONTENT_TYPE = "text/xml; charset=UTF-8"
_FIXED = {"format": ("xml",), "sign_method": ("md5",), "v": ("1.0", "2.0")}


class QimenDialect:
    """XML with a flag, HTTP 200 also for refusals."""

    def __init__(self, partner: str) -> None:
        self.partner = partner

    def render(self, outcome: Outcome) -> Response:
        """The reply."""
        return _reply(outcome.payload or {})

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429 (assumed: no limit is documented)."""
        refusal = Refusal(fields.TOO_MANY, "too many requests")
        return _reply(_failure(refusal), 429, {"Retry-After": str(retry_after)})

    def broken(self) -> Response:
        """What a web server in front says when the warehouse's system fails."""
        return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", 500, media_type="text/html")

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last row of a list."""
        for outer, inner in (("items", "item"), ("orderLines", "orderLine")):
            listed = payload.get(outer, {}).get(inner, [])
            listed += listed[-1:]


def _reply(payload: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = document.write("response", payload)
    return Response(body, status, headers={"Content-Type": CONTENT_TYPE, **(headers or {})})


def _failure(refusal: Refusal) -> dict[str, Any]:
    return {"flag": "failure", "code": refusal.code, "message": refusal.reason}


class QimenApi:
    """All routes below the mount point of one instance."""

    def __init__(self, name: str, wms_now: Callable[[], Wms]) -> None:
        self._name = name
        self._wms_now = wms_now
        self._dialect = QimenDialect(name)

    def routes(self) -> list[Route]:
        """For mounting."""
        return [Route(PATH, self._service, methods=["POST"])]

    async def _service(self, request: Request) -> Response:
        wms, raw, query = self._wms_now(), await request.body(), dict(request.query_params)
        operation = query.get("method", "").removeprefix(PREFIX) or "(none)"
        media = request.headers.get("content-type", "")
        account = wms.account_for(query.get("app_key", ""))
        if account is not None:
            wait = account.bucket.wait_for(wms.settings.rate_limit_per_second, time.monotonic())
            if wait > 0:
                count = wms.core.counts.of(self._name, operation)
                count.calls += 1
                count.refused["429"] += 1
                return self._dialect.too_many(int(wait) + 1)

        async def act() -> Outcome:
            try:
                _check(wms, account, query, raw, media)
                result = _answer(wms, account, operation, raw)
            except Refusal as refusal:
                return Outcome(_failure(refusal), refused=refusal)
            return Outcome({"flag": "success", "code": "0", "message": "success", **result})

        return await perform(
            self._dialect,
            operation,
            faults=wms.core.faults,
            counts=wms.core.counts,
            said=lambda: raw.decode("utf-8", "replace"),
            act=act,
        )


def _check(wms: Wms, account: Account | None, query: Mapping[str, str], raw: bytes, media: str) -> None:
    """Who calls, and whether the call is as it was signed; raises Refusal."""
    for name in ("method", "timestamp", "format", "app_key", "v", "sign", "sign_method", "customerId"):
        if not query.get(name):
            raise Refusal(fields.FIELD, f"parameter {name} is required")
    for name, allowed in _FIXED.items():
        if query[name] not in allowed:
            raise Refusal(fields.FIELD, f"parameter {name} must be {' or '.join(allowed)}")
    if "xml" not in media:
        raise Refusal(fields.BODY, "Content-Type must be text/xml")
    if account is None:
        raise Refusal(fields.APP_KEY, "app_key is not known")
    if not same(query["sign"], sign(account.secret, query, raw)):
        raise Refusal(fields.SIGN, "sign is wrong")
    try:
        apart = abs(fields.unix(query["timestamp"]) - wms.core.clock.now())
    except ValueError as problem:
        raise Refusal(fields.TIMESTAMP, "timestamp must be yyyy-MM-dd HH:mm:ss") from problem
    skew = wms.settings.clock_skew_seconds
    if apart > skew + 1:  # the parameter has whole seconds only
        raise Refusal(fields.TIMESTAMP, f"timestamp is more than {skew:.0f} seconds away")
    if query["customerId"] != account.customer_id:
        raise Refusal(fields.CUSTOMER, "customerId does not belong to app_key")


def _answer(wms: Wms, account: Account | None, operation: str, raw: bytes) -> dict[str, Any]:
    if operation not in OPERATIONS:
        raise Refusal(fields.METHOD, f"method {operation} is not offered")
    try:
        request = document.read(raw, "request")
    except document.BadDocument as problem:
        raise Refusal(fields.BODY, str(problem)) from problem
    if account is None:
        raise Refusal(fields.APP_KEY, "app_key is not known")
    return OPERATIONS[operation](Call(wms, account, request))
