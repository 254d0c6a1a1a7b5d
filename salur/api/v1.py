"""The API itself: its routers, its errors, its OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from . import (
    bulk,
    confirmations,
    connections,
    cures,
    exchanges,
    floor,
    hold_rules,
    inbound,
    last_looks,
    links,
    locations,
    moving,
    order_address,
    order_desk,
    orders,
    outbound,
    papers,
    partners,
    previews,
    problems,
    products,
    returns,
    rule_runs,
    rules,
    runs,
    saved_filters,
    stock,
    stock_differences,
    stock_syncs,
    stock_updates,
    stocktakes,
    store_acts,
    store_stock,
    stores,
    transfers,
    warehouses,
    why,
)
from .access import Bearer
from .answers import SCOPE
from .parsing import StrictParser

DESCRIPTION = """
Orders in, outbound lists out. Authorise with an API token: `Authorization: Bearer salur_…`; each endpoint names the
scope that the token needs. Errors are `application/problem+json` in the language of `Accept-Language`. Lists give
pages by `limit` and `cursor`. Every write may carry an `Idempotency-Key`.
"""


class Encoder(NinjaJSONEncoder):
    """Times in UTC with all their digits, so that a time read here may be sent back as a filter."""

    def default(self, o: Any) -> Any:
        """What JSON has no form for."""
        if isinstance(o, datetime):
            return o.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return super().default(o)


class Renderer(JSONRenderer):
    """JSON with our times."""

    encoder_class = Encoder


class SalurAPI(NinjaAPI):
    """Names operations shortly in the OpenAPI document, and errors by their media type."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's name: unique, because it names the address, too."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The document."""
        document = super().get_openapi_schema(**kwargs)
        for address in document["paths"].values():
            for operation in address.values():
                needed = operation.get(SCOPE)
                operation["description"] += f"\n\nScope: `{needed}`." if needed else "\n\nScope: any."
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
        return document


api = SalurAPI(
    title="Salur",
    version="1",
    description=DESCRIPTION.strip(),
    urls_namespace="api-v1",
    openapi_url="/openapi.json",
    auth=Bearer(),
    parser=StrictParser(),
    renderer=Renderer(),
)
problems.install(api)
for router in (
    orders.router,
    outbound.router,
    bulk.router,
    confirmations.router,
    floor.router,
    moving.router,
    papers.router,
    inbound.router,
    products.router,
    cures.router,
    stock.router,
    stock_differences.router,
    stock_syncs.router,
    stock_updates.router,
    locations.router,
    stocktakes.router,
    transfers.router,
    returns.router,
    runs.router,
    saved_filters.router,
    previews.router,
    connections.router,
    stores.router,
    store_stock.router,
    last_looks.router,
    links.router,
    store_acts.router,
    partners.router,
    warehouses.router,
    order_address.router,
    order_desk.router,
    why.router,
    rules.router,
    hold_rules.router,
    rule_runs.router,
    exchanges.router,
):
    api.add_router("", router)
