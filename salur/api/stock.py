"""Stock: figures by product and warehouse, what explains each of them, and setting them by hand (R59 to R66, R133)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, StringConstraints

from salur.catalog.models import ProductPushState
from salur.catalog.queries import products_named
from salur.flows.own_stock import adjust_own_stock
from salur.flows.stock_list import ORDERS, StockFilter, balances, rows_of
from salur.inbound.arriving import arriving_page
from salur.outbound.holding import holding_page
from salur.stock.adjust import LONGEST_NOTE, MOST_PIECES, AdjustmentsRefused, Wanted
from salur.stock.alerts import change_settings, read_settings, set_levels
from salur.stock.history import MovementFilter, balances_after, movement_page
from salur.stock.models import AdjustReason, Balance, MovementCause
from salur.stock.queries import find_balance, warehouses
from salur.tenancy.models import Entitlement

from . import presenting, product_fields, shown, stock_figures
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch
from .parsing import Text
from .problems import Fault, Invalid, NotFound, fault, told
from .writes import Answer, once

router = Router(tags=["stock"])
router.add_router("", product_fields.router)
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST_LINES = 1000

Msku = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class StockQuery(ListQuery):
    """Filters of the stock list."""

    warehouse: int | None = Field(None, description="In this warehouse.")
    msku: str | None = Field(None, description="Of exactly this master SKU.")
    search: str | None = Field(None, description="Part of the MSKU or name, or the exact barcode.")
    show: Literal["out", "low", "disputed", "incoming", "archived"] | None = Field(
        None,
        description="Out of stock, at or below the low-stock level, in dispute, with goods on their way, or of "
        "archived products; otherwise those are listed only while they have pieces.",
    )
    push: ProductPushState | Literal["absent"] | None = Field(
        None, description="Whether the warehouse's partner knows the product; `absent`: it was never told."
    )
    sort: Literal["msku", "-msku", "free", "-free"] | None = Field(
        None, description="With `warehouse` only; otherwise, and without it, in the order in which rows were made."
    )


class MovementQuery(ListQuery):
    """Filters of the ledger."""

    figure: Literal["on_hand", "reserved", "free", "incoming", "disputed"] | None = Field(
        None, description="Only lines that changed this figure."
    )
    cause: MovementCause | None = Field(None, description="Of this cause.")
    since: AwareDatetime | None = Field(None, description="From then on.")
    until: AwareDatetime | None = Field(None, description="Before then.")


class AdjustLine(Schema):
    """What one figure is to be."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    msku: Msku
    on_hand: int = Field(ge=0, le=MOST_PIECES, strict=True, description="The pieces that are there.")
    expected_on_hand: int | None = Field(
        None, ge=0, le=MOST_PIECES, description="What you think stands there now; another figure refuses the line."
    )


class Adjustments(Schema):
    """Figures of own warehouses, all or none of them."""

    model_config = ConfigDict(extra="forbid")

    reason: AdjustReason
    note: Text = Field("", max_length=LONGEST_NOTE)
    lines: list[AdjustLine] = Field(min_length=1, max_length=MOST_LINES)


class LevelLine(Schema):
    """The low-stock level of one product in one warehouse."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    msku: Msku


class Levels(Schema):
    """A low-stock level for some rows."""

    model_config = ConfigDict(extra="forbid")

    level: int | None = Field(None, ge=0, le=MOST_PIECES, description="Null: they never count as low.")
    use_default: bool = Field(False, description="They follow the merchant's default; `level` is not looked at then.")
    lines: list[LevelLine] = Field(min_length=1, max_length=MOST_LINES)


class Settings(Schema):
    """Settings of all stock."""

    model_config = ConfigDict(extra="forbid")

    low_at: int | None = Field(None, ge=0, le=MOST_PIECES, description="Default low-stock level; null: none.")
    cover_weeks: int = Field(4, ge=1, le=26, description="Weeks of sales that the days of cover are reckoned from.")


@router.get(
    "/stock", response={200: shown.BalancePage, **READ_ERRORS}, summary="List stock", openapi_extra=needs("stock:read")
)
def list_stock(request: ApiRequest, query: Query[StockQuery]) -> shown.BalancePage:
    """Figures of every product in every warehouse it was added to."""
    with acting(request, "stock:read", entitlement=NEEDS):
        wanted = StockFilter(query.warehouse, query.search or "", query.push or "", query.show or "")
        rows = balances(wanted)
        if query.msku is not None:
            rows = rows.filter(msku=query.msku)
        page = fetch(request, query, rows, _order(query))
        items = [presenting.stock_row(row) for row in rows_of(page.rows)]
        return shown.BalancePage.of(page, items)


def _order(query: StockQuery) -> list[str]:
    if query.sort is None:
        return ["id"]
    if query.warehouse is None:
        raise Invalid(fault("query", "sort", "sort_needs_warehouse"))
    return ORDERS["" if query.sort == "msku" else query.sort]


def _found(balance_id: int) -> Balance:
    balance = find_balance(balance_id)
    if balance is None:
        raise NotFound
    return balance


@router.get(
    "/stock/{balance_id}",
    response={200: stock_figures.StockDetail, **READ_ERRORS},
    summary="Read a stock row",
    openapi_extra=needs("stock:read"),
)
def read_stock(request: ApiRequest, balance_id: int) -> stock_figures.StockDetail:
    """One product in one warehouse, with its level and days of cover, and why pieces are disputed."""
    with acting(request, "stock:read", entitlement=NEEDS):
        return stock_figures.detail(_found(balance_id))


@router.get(
    "/stock/{balance_id}/movements",
    response={200: shown.MovementPage, **READ_ERRORS},
    summary="List movements",
    openapi_extra=needs("stock:read"),
)
def list_movements(request: ApiRequest, balance_id: int, query: Query[MovementQuery]) -> shown.MovementPage:
    """The ledger of one stock row, the latest first: its sums are the figures."""
    with acting(request, "stock:read", entitlement=NEEDS):
        balance = _found(balance_id)
        wanted = MovementFilter(query.figure or "", query.cause or "", query.since, query.until)
        page = fetch(request, query, lambda cursor, size: movement_page(balance, wanted, cursor, size))
        after = balances_after(balance, page.rows)
        items = [presenting.movement(row, after[row.pk]) for row in page.rows]
        return shown.MovementPage.of(page, items)


@router.get(
    "/stock/{balance_id}/reservations",
    response={200: stock_figures.ReservationPage, **READ_ERRORS},
    summary="List what reserves a stock row",
    openapi_extra=needs("stock:read"),
)
def list_reservations(request: ApiRequest, balance_id: int, query: Query[ListQuery]) -> stock_figures.ReservationPage:
    """Outbound lists that hold pieces now, the newest first: together they are the figure `reserved`."""
    with acting(request, "stock:read", entitlement=NEEDS):
        balance = _found(balance_id)
        page = fetch(request, query, lambda cursor, size: holding_page(balance, cursor, size))
        items = [stock_figures.reservation(row) for row in page.rows]
        return stock_figures.ReservationPage.of(page, items)


@router.get(
    "/stock/{balance_id}/arrivals",
    response={200: stock_figures.ArrivalPage, **READ_ERRORS},
    summary="List what is incoming",
    openapi_extra=needs("stock:read"),
)
def list_arrivals(request: ApiRequest, balance_id: int, query: Query[ListQuery]) -> stock_figures.ArrivalPage:
    """Lines of inbound lists that are awaited, the newest first: together they are the figure `incoming`."""
    with acting(request, "stock:read", entitlement=NEEDS):
        balance = _found(balance_id)
        page = fetch(request, query, lambda cursor, size: arriving_page(balance, cursor, size))
        items = [stock_figures.arrival(row) for row in page.rows]
        return stock_figures.ArrivalPage.of(page, items)


# -- by hand --------------------------------------------------------------------------------------------------------


@router.post(
    "/stock-adjustments",
    response={200: stock_figures.Adjusted, **WRITE_ERRORS},
    summary="Adjust stock by hand",
    openapi_extra=writes("stock:write"),
)
def adjust_stock_rows(request: ApiRequest, body: Body[Adjustments]) -> HttpResponse:
    """Set the pieces on hand in own warehouses, all lines or none. A partner's warehouse is synchronised instead."""
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: _adjust(body))


def _pairs(lines: Sequence[AdjustLine | LevelLine]) -> list[tuple[int, int]]:
    """(warehouse, product) of each line; raises Invalid for what is not there."""
    places = {place.pk for place in warehouses()}
    products = products_named(line.msku for line in lines)
    faults = [
        fault("body", f"/lines/{number}/{name}", code)
        for number, line in enumerate(lines)
        for name, code, known in (
            ("warehouse_id", "unknown_warehouse", line.warehouse_id in places),
            ("msku", "unknown_msku", line.msku in products),
        )
        if not known
    ]
    if faults:
        raise Invalid(*faults[:20])
    return [(line.warehouse_id, products[line.msku].pk) for line in lines]


def _adjust(body: Adjustments) -> Answer:
    wanted = [
        Wanted(place, product, line.on_hand, line.expected_on_hand)
        for (place, product), line in zip(_pairs(body.lines), body.lines, strict=True)
    ]
    try:
        changes = adjust_own_stock(wanted, body.reason, body.note)
    except AdjustmentsRefused as many:
        raise Invalid(
            *(Fault("body", f"/lines/{number}", one.code, told(one)) for number, one in list(many.refused.items())[:20])
        ) from many
    return Answer(stock_figures.Adjusted(changes=changes))


@router.put(
    "/stock-levels",
    response={200: stock_figures.LevelsSet, **WRITE_ERRORS},
    summary="Set low-stock levels",
    openapi_extra=writes("stock:write"),
)
def set_stock_levels(request: ApiRequest, body: Body[Levels]) -> HttpResponse:
    """Give stock rows a low-stock level of their own, or let them follow the default."""
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: _set_levels(body))


def _set_levels(body: Levels) -> Answer:
    pairs = set(_pairs(body.lines))
    rows = Balance.objects.filter(
        warehouse_id__in={place for place, _ in pairs}, product_id__in={product for _, product in pairs}
    )
    ids = [row.pk for row in rows if (row.warehouse_id, row.product_id) in pairs]
    return Answer(stock_figures.LevelsSet(count=set_levels(ids, body.level, own=not body.use_default)))


@router.get(
    "/stock-settings",
    response={200: stock_figures.StockSettings, **READ_ERRORS},
    summary="Read stock settings",
    openapi_extra=needs("stock:read"),
)
def read_stock_settings(request: ApiRequest) -> stock_figures.StockSettings:
    """The default low-stock level, and the weeks that days of cover are reckoned from."""
    with acting(request, "stock:read", entitlement=NEEDS):
        return stock_figures.settings(read_settings())


@router.put(
    "/stock-settings",
    response={200: stock_figures.StockSettings, **WRITE_ERRORS},
    summary="Change stock settings",
    openapi_extra=writes("integrations:write"),
)
def change_stock_settings(request: ApiRequest, body: Body[Settings]) -> HttpResponse:
    """Set both; rows without a level of their own follow at once."""
    with acting(request, "integrations:write", entitlement=NEEDS):
        return once(
            request,
            lambda: Answer(stock_figures.settings(change_settings(low_at=body.low_at, cover_weeks=body.cover_weeks))),
        )
