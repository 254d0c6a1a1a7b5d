"""A warehouse's settings, and its products' push states (R40, R47 to R49, R122, R130)."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from salur.catalog.models import ProductPushState, WarehouseProduct
from salur.catalog.queries import failed_rows
from salur.flows.own_warehouses import OwnWarehouse, change_own_warehouse
from salur.flows.products import push_again
from salur.flows.warehouses import change_warehouse, switch_daily_sync, switch_warehouse
from salur.stock.differences import MOST_PIECES, set_limit
from salur.stock.models import Warehouse
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from . import presenting, shown, stock_shown
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import LARGEST, ListQuery, fetch
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["stores and warehouses"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST_PRODUCTS = 10_000

Msku = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Change(Schema):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, description="Its name here; the partner knows it by its code.")
    time_zone: str | None = Field(None, description="IANA name, like Asia/Jakarta.")
    code: str | None = Field(None, description="Of an own warehouse; a partner's says the partner.")
    country: str | None = Field(None, description="Of an own warehouse: two letters, like TH.")
    return_address: str | None = Field(None, description="Of an own warehouse.")
    active: bool | None = Field(None, description="Whether it is in use.")
    daily_sync: bool | None = Field(None, description="Synchronise its stock every day at 02:00 by its clocks.")
    ask_above: int | None = Field(
        None,
        ge=0,
        le=MOST_PIECES,
        description="Ask before a stock sync enters an unexplained difference of more pieces than that; null: never.",
    )
    ask_above_percent: int | None = Field(
        None, ge=0, le=100, description="… and only if it is more than that per cent of the figure; with `ask_above`."
    )


NOTHING = Change(
    name=None,
    time_zone=None,
    code=None,
    country=None,
    return_address=None,
    active=None,
    daily_sync=None,
    ask_above=None,
    ask_above_percent=None,
)
OWN = ("code", "country", "return_address")


class Which(Schema):
    """Which products to push once more."""

    model_config = ConfigDict(extra="forbid")

    mskus: list[Msku] | None = Field(
        None, min_length=1, max_length=MOST_PRODUCTS, description="Without them: all that the warehouse refused."
    )


REFUSED = Which(mskus=None)


class PushQuery(ListQuery):
    """Filters of the product pushes."""

    warehouse: int | None = Field(None, description="To this warehouse.")
    push: ProductPushState | None = Field(None, description="In this state.")
    msku: str | None = Field(None, description="Of exactly this master SKU.")


def _found(warehouse_id: int) -> Warehouse:
    row = find_warehouse(warehouse_id)
    if row is None:
        raise NotFound
    return row


@router.get(
    "/warehouses/{warehouse_id}",
    response={200: shown.Warehouse, **READ_ERRORS},
    summary="Read a warehouse",
    openapi_extra=needs(""),
)
def read_warehouse(request: ApiRequest, warehouse_id: int) -> shown.Warehouse:
    """One warehouse with its switches."""
    with acting(request, entitlement=NEEDS):
        return presenting.warehouse(_found(warehouse_id))


@router.patch(
    "/warehouses/{warehouse_id}",
    response={200: shown.Warehouse, **WRITE_ERRORS},
    summary="Change a warehouse",
    openapi_extra=writes("integrations:write"),
)
def change_one_warehouse(request: ApiRequest, warehouse_id: int, change: Body[Change] = NOTHING) -> HttpResponse:
    """Rename a warehouse, set its time zone, switch it or its daily stock sync on or off, say when a sync asks."""
    with acting(request, "integrations:write", entitlement=NEEDS):
        return once(request, lambda: _change(warehouse_id, change))


def _change(warehouse_id: int, change: Change) -> Answer:
    row = _found(warehouse_id)
    if row.account_id is None or any(getattr(change, name) is not None for name in OWN):
        _change_own(row, change)
    elif change.name is not None or change.time_zone is not None:
        change_warehouse(
            warehouse_id,
            name=row.name if change.name is None else change.name,
            time_zone=row.time_zone if change.time_zone is None else change.time_zone,
        )
    if change.active is not None:
        switch_warehouse(warehouse_id, on=change.active)
    if change.daily_sync is not None:
        switch_daily_sync(warehouse_id, on=change.daily_sync)
    if "ask_above" in change.model_fields_set:
        set_limit(warehouse_id, change.ask_above, change.ask_above_percent or 0)
    return Answer(presenting.warehouse(_found(warehouse_id)))


def _change_own(row: Warehouse, change: Change) -> None:
    names = ("code", "name", "country", "time_zone", "return_address")
    given = {name: getattr(change, name) for name in names}
    if any(value is not None for value in given.values()):
        known = {name: getattr(row, name) if value is None else value for name, value in given.items()}
        change_own_warehouse(row.pk, OwnWarehouse(**known))


@router.get(
    "/product-pushes",
    response={200: stock_shown.ProductPushPage, **READ_ERRORS},
    summary="List product pushes",
    openapi_extra=needs("stock:read"),
)
def list_product_pushes(request: ApiRequest, query: Query[PushQuery]) -> stock_shown.ProductPushPage:
    """Products of third-party warehouses, and whether each warehouse knows them."""
    with acting(request, "stock:read", entitlement=NEEDS):
        rows = WarehouseProduct.objects.select_related("warehouse", "product")
        for field, value in (
            ("warehouse_id", query.warehouse),
            ("push", query.push),
            ("product__msku", query.msku),
        ):
            if value is not None:
                rows = rows.filter(**{field: value})
        page = fetch(request, query, rows, ["id"])
        items = [stock_shown.product_push(row) for row in page.rows]
        return stock_shown.ProductPushPage.of(page, items)


@router.post(
    "/warehouses/{warehouse_id}/products/push-again",
    response={200: stock_shown.PushedAgain, **WRITE_ERRORS},
    summary="Push products again",
    openapi_extra=writes("stock:write"),
)
def push_products_again(request: ApiRequest, warehouse_id: int, which: Body[Which] = REFUSED) -> HttpResponse:
    """Send products to the warehouse once more: those named, or all that it refused. May be repeated."""
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: _push_again(warehouse_id, which))


def _push_again(warehouse_id: int, which: Which) -> Answer:
    _found(warehouse_id)
    rows = push_again(failed_rows(warehouse_id, MOST_PRODUCTS) if which.mskus is None else _rows(warehouse_id, which))
    first = WarehouseProduct.objects.filter(pk__in=sorted(rows)[:LARGEST]).select_related("product").order_by("pk")
    return Answer(stock_shown.PushedAgain(count=len(rows), mskus=[row.product.msku for row in first]))


def _rows(warehouse_id: int, which: Which) -> list[int]:
    """The rows of the named products; raises Invalid for a name that the warehouse's list does not hold."""
    wanted = list(dict.fromkeys(which.mskus or ()))
    found = WarehouseProduct.objects.filter(warehouse_id=warehouse_id, product__msku__in=wanted)
    rows = dict(found.values_list("product__msku", "pk"))
    unknown = [place for place, msku in enumerate(which.mskus or ()) if msku not in rows]
    if unknown:
        raise Invalid(*(fault("body", f"/mskus/{place}", "not_added") for place in unknown[:20]))
    return list(rows.values())
