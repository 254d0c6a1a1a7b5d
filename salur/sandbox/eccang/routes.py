"""The HTTP face of the simulated operator: one endpoint, services by name (eccang.md, A.1 and A.2)."""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from salur.sandbox.eccang import envelope, goods, inbound, outbound, subscribe
from salur.sandbox.eccang.call import Call
from salur.sandbox.eccang.fields import AUTH, FIELD, UNKNOWN_SERVICE
from salur.sandbox.eccang.operator import Operator
from salur.sandbox.engine.exchange import Bucket, Outcome, Refusal, perform

Service = Callable[[Call], dict[str, Any] | Awaitable[dict[str, Any]]]
SERVICES: dict[str, Service] = {
    "getWarehouse": goods.get_warehouse,
    "getShippingMethod": goods.get_shipping_method,
    "getCountry": goods.get_country,
    "createProduct": goods.create_product,
    "modifyProduct": goods.modify_product,
    "getProductList": goods.get_product_list,
    "getProductInventory": goods.get_product_inventory,
    "createAsn": inbound.create_asn,
    "modifyAsn": inbound.modify_asn,
    "cancelAsn": inbound.cancel_asn,
    "getAsnList": inbound.get_asn_list,
    "createOrder": outbound.create_order,
    "modifyOrder": outbound.modify_order,
    "cancelOrder": outbound.cancel_order,
    "getOrderByCode": outbound.get_order_by_code,
    "getOrderByRefCode": outbound.get_order_by_ref_code,
    "getOrderStatusByCode": outbound.get_order_status_by_code,
    "getOrderList": outbound.get_order_list,
    "getOrderTracking": outbound.get_order_tracking,
    "messageSubscript": subscribe.message_subscript,
}
XML = "text/xml"


class EccangDialect:
    """JSON in a SOAP envelope, HTTP 200 also for refusals."""

    partner = "eccang"

    def __init__(self, operator_now: Callable[[], Operator]) -> None:
        self._operator_now = operator_now

    def render(self, outcome: Outcome) -> Response:
        """The reply."""
        form = self._operator_now().settings.response_form
        return Response(envelope.answer(outcome.payload or {}, form), media_type=XML)

    def too_many(self, retry_after: int) -> Response:
        """HTTP 429 (assumed: no limit is documented)."""
        payload = _failure(Refusal("429", "too many requests"))
        return Response(
            envelope.answer(payload, "escaped"), 429, media_type=XML, headers={"Retry-After": str(retry_after)}
        )

    def broken(self) -> Response:
        """What a web server in front of PHP says when PHP fails."""
        return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", 500, media_type="text/html")

    def repeat_item(self, payload: dict[str, Any]) -> None:
        """Repeat the last row of the page."""
        rows = payload.get("data")
        if isinstance(rows, list) and rows:
            rows.append(rows[-1])


def _failure(refusal: Refusal) -> dict[str, Any]:
    return {
        "ask": "Failure",
        "message": refusal.reason,
        "Error": {"errCode": refusal.code, "errMessage": refusal.reason},
        **refusal.extra,
    }


class EccangApi:
    """All routes below the mount point."""

    def __init__(self, operator_now: Callable[[], Operator]) -> None:
        self._operator_now = operator_now
        self._dialect = EccangDialect(operator_now)
        self._buckets: dict[str, Bucket] = {}

    def routes(self) -> list[Route]:
        """For mounting."""
        return [
            Route("/default/svc/web-service", self._service, methods=["POST"]),
            Route("/default/svc/wsdl", self._wsdl, methods=["GET"]),
        ]

    async def _wsdl(self, request: Request) -> Response:
        address = str(request.url).replace("/wsdl", "/web-service")
        return Response(envelope.WSDL.format(address=address), media_type=XML)

    async def _service(self, request: Request) -> Response:
        operator, raw = self._operator_now(), await request.body()
        core = operator.core
        try:
            asked = envelope.read(raw)
        except envelope.BadEnvelope as problem:
            count = core.counts.of("eccang", "(unreadable)")
            count.calls += 1
            count.refused["fault"] += 1
            return Response(envelope.fault(str(problem)), status_code=500, media_type=XML)

        async def act() -> Outcome:
            try:
                result = await _answer(operator, asked)
            except Refusal as refusal:
                return Outcome(_failure(refusal), refused=refusal)
            return Outcome({"ask": "Success", "message": "Success", **result})

        wait = self._buckets.setdefault(asked.app_token, Bucket()).wait_for(
            operator.settings.rate_limit_per_second, time.monotonic()
        )
        if wait > 0:
            count = core.counts.of("eccang", asked.service)
            count.calls += 1
            count.refused["429"] += 1
            return self._dialect.too_many(int(wait) + 1)
        return await perform(
            self._dialect,
            asked.service,
            faults=core.faults,
            counts=core.counts,
            said=lambda: str(asked.params),
            act=act,
        )


async def _answer(operator: Operator, asked: envelope.Request) -> dict[str, Any]:
    account = operator.account_for(asked.app_token, asked.app_key)
    if account is None:
        raise Refusal(AUTH, "appToken or appKey is wrong")
    if asked.language not in ("", "zh_CN", "en_US"):
        raise Refusal(FIELD, "language must be zh_CN or en_US")
    service = SERVICES.get(asked.service)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, f"service {asked.service} does not exist")
    result = service(Call(operator, account, asked.params))
    return await result if inspect.isawaitable(result) else result
