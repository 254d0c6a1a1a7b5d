"""Stock syncs: begun for a whole warehouse or for some SKUs, followed, and read SKU by SKU (R127 to R132)."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.flows.calibrate import request_sync
from salur.stock.models import StockSyncRun
from salur.stock.queries import find_sync, find_warehouse, sync_lines, sync_page
from salur.tenancy.models import Entitlement

from . import stock_shown
from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["stock"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST_SKUS = 1000

Sku = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SyncQuery(ListQuery):
    """Filters of the stock syncs."""

    warehouse: int | None = Field(None, description="Of this warehouse.")


class LineQuery(ListQuery):
    """Filters of a stock sync's SKUs."""

    show: Literal["all", "different"] = Field("all", description="`different`: those with a difference or a reason.")


class Extent(Schema):
    """Which SKUs to ask for."""

    model_config = ConfigDict(extra="forbid")

    skus: list[Sku] | None = Field(
        None, min_length=1, max_length=MOST_SKUS, description="Without them: the whole warehouse."
    )


WHOLE = Extent(skus=None)


def _found(run_id: int) -> StockSyncRun:
    row = find_sync(run_id)
    if row is None:
        raise NotFound
    return row


@router.post(
    "/warehouses/{warehouse_id}/stock-syncs",
    response={202: stock_shown.StockSync, **WRITE_ERRORS},
    summary="Sync stock",
    openapi_extra=writes("stock:write", responses=ACCEPTED),
)
def start_stock_sync(request: ApiRequest, warehouse_id: int, extent: Body[Extent] = WHOLE) -> HttpResponse:
    """Ask the warehouse for its stock. It runs in the background; follow the sync named in `Location`.

    While a whole warehouse is being synchronised, asking again answers that sync.
    """
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: _start(warehouse_id, extent))


def _start(warehouse_id: int, extent: Extent) -> Answer:
    if find_warehouse(warehouse_id) is None:
        raise NotFound
    run_id = request_sync(warehouse_id, "api", extent.skus)
    address = reverse("api-v1:read_stock_sync", args=[run_id])
    return Answer(stock_shown.stock_sync(_found(run_id)), 202, address)


@router.get(
    "/stock-syncs",
    response={200: stock_shown.StockSyncPage, **READ_ERRORS},
    summary="List stock syncs",
    openapi_extra=needs("stock:read"),
)
def list_stock_syncs(request: ApiRequest, query: Query[SyncQuery]) -> stock_shown.StockSyncPage:
    """Stock syncs of all warehouses, the newest first."""
    with acting(request, "stock:read", entitlement=NEEDS):
        page = fetch(request, query, lambda cursor, size: sync_page(query.warehouse, cursor, size))
        items = [stock_shown.stock_sync(row) for row in page.rows]
        return stock_shown.StockSyncPage.of(page, items)


@router.get(
    "/stock-syncs/{sync_id}",
    response={200: stock_shown.StockSync, **READ_ERRORS},
    summary="Read a stock sync",
    openapi_extra=needs("stock:read"),
)
def read_stock_sync(request: ApiRequest, sync_id: int) -> stock_shown.StockSync:
    """One stock sync and how far it is."""
    with acting(request, "stock:read", entitlement=NEEDS):
        return stock_shown.stock_sync(_found(sync_id))


@router.get(
    "/stock-syncs/{sync_id}/lines",
    response={200: stock_shown.StockSyncLinePage, **READ_ERRORS},
    summary="List a stock sync's SKUs",
    openapi_extra=needs("stock:read"),
)
def list_stock_sync_lines(request: ApiRequest, sync_id: int, query: Query[LineQuery]) -> stock_shown.StockSyncLinePage:
    """Each SKU with the figure before and after, and why."""
    with acting(request, "stock:read", entitlement=NEEDS):
        run, show = _found(sync_id), "" if query.show == "all" else query.show
        page = fetch(request, query, lambda cursor, size: sync_lines(run, cursor, size, show=show))
        items = [stock_shown.stock_sync_line(row) for row in page.rows]
        return stock_shown.StockSyncLinePage.of(page, items)
