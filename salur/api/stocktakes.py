"""Stock counts of own warehouses: started, counted, checked and entered by other programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.stocktakes import approve_stocktake
from salur.stock.queries import find_warehouse
from salur.stocktakes.counting import CountedRow, count_again, end_counting, enter_rows, give_up, leave_out
from salur.stocktakes.models import Stocktake, StocktakeLine
from salur.stocktakes.queries import differences, find_stocktake, line_page, progress_of, stocktake_page
from salur.stocktakes.starting import Part, start_stocktake
from salur.stocktakes.states import StocktakeState
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .inbound import Pieces
from .paging import ListQuery, Page, fetch
from .parsing import Text
from .presenting import warehouse_ref
from .problems import NotFound
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["stock counts"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
READ, WRITE = "stock:read", "stock:write"
MOST = 10_000


class StocktakeShown(Schema):
    """A stock count."""

    id: int
    reference: str
    warehouse: WarehouseRef
    state: StocktakeState
    blind: bool
    note: str
    lines: int
    counted: int = Field(description="Lines of which a figure is entered.")
    created_at: datetime
    ended_at: datetime | None


class StocktakePage(Page[StocktakeShown]):
    """Stock counts, the latest first."""


class StocktakeLineShown(Schema):
    """A product at one of its locations, in the order of walking."""

    id: int
    msku: str
    location: str
    counted: int | None


class StocktakeLinePage(Page[StocktakeLineShown]):
    """Lines of a count."""


class DifferenceShown(Schema):
    """What was counted of a product over its locations, beside what the ledger held at that moment."""

    msku: str
    lines: int
    not_counted: int
    expected: int
    counted: int
    difference: int
    on_hand: int
    reserved: int
    left_out: bool


class Differences(Schema):
    """All products of which something is counted."""

    items: list[DifferenceShown]


class NewStocktake(Schema):
    """What is to be counted; nothing named: the whole warehouse."""

    model_config = ConfigDict(extra="forbid")

    warehouse_id: int
    zones: list[Text] = Field(default_factory=list)
    locations: list[Text] = Field(default_factory=list)
    mskus: list[Text] = Field(default_factory=list)
    blind: bool = False
    note: Text = ""


class Figure(Schema):
    """What was counted of a product at a location."""

    model_config = ConfigDict(extra="forbid")

    msku: Text
    location: Text = Field("", description="May be left out where the product has one line only.")
    counted: Pieces


class Figures(Schema):
    """What was counted."""

    model_config = ConfigDict(extra="forbid")

    lines: list[Figure] = Field(min_length=1, max_length=MOST)


class FigureFault(Schema):
    """Why a line was not taken."""

    line: int
    code: str
    detail: str
    harmless: bool


class FiguresTaken(Schema):
    """How many lines were entered, and which were not."""

    entered: int
    faults: list[FigureFault]


class StocktakeAct(Schema):
    """What is to be done. ``lines``: ids, for “again”, “leave” and “take”."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["end", "again", "leave", "take", "approve", "give_up"]
    lines: list[int] = Field(default_factory=list, max_length=MOST)


class StocktakeQuery(ListQuery):
    """Filters of the list of counts."""

    warehouse: int | None = None
    state: StocktakeState | None = None


class StocktakeLineQuery(ListQuery):
    """Filters of a sheet."""

    show: Literal["open", "done"] | None = Field(None, description="Not counted yet, or counted.")


def _shown(take: Stocktake, progress: tuple[int, int]) -> StocktakeShown:
    return StocktakeShown(
        id=take.pk,
        reference=take.reference,
        warehouse=warehouse_ref(take.warehouse),
        state=StocktakeState(take.state),
        blind=take.blind,
        note=take.note,
        lines=progress[1],
        counted=progress[0],
        created_at=take.created_at,
        ended_at=take.ended_at,
    )


def _found(take_id: int) -> Stocktake:
    take = find_stocktake(take_id)
    if take is None:
        raise NotFound
    return take


def _one(take_id: int) -> StocktakeShown:
    return _shown(_found(take_id), progress_of([take_id]).get(take_id, (0, 0)))


@router.get(
    "/stocktakes", response={200: StocktakePage, **READ_ERRORS}, summary="List counts", openapi_extra=needs(READ)
)
def list_stocktakes(request: ApiRequest, query: Query[StocktakeQuery]) -> StocktakePage:
    """Stock counts of all own warehouses."""
    with acting(request, READ, entitlement=NEEDS):
        page = fetch(
            request, query, lambda cursor, size: stocktake_page(query.warehouse, query.state or "", cursor, size)
        )
        done = progress_of(row.pk for row in page.rows)
        items = [_shown(row, done.get(row.pk, (0, 0))) for row in page.rows]
        return StocktakePage.of(page, items)


@router.post(
    "/stocktakes", response={201: StocktakeShown, **WRITE_ERRORS}, summary="Start a count", openapi_extra=writes(WRITE)
)
def create_stocktake(request: ApiRequest, body: Body[NewStocktake]) -> HttpResponse:
    """Make a count with its sheet."""

    def work() -> Answer:
        if find_warehouse(body.warehouse_id) is None:
            raise NotFound
        part = Part(body.zones, body.locations, body.mskus)
        take = start_stocktake(body.warehouse_id, part, blind=body.blind, note=body.note)
        return Answer(_one(take.pk), 201, f"/api/v1/stocktakes/{take.pk}")

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)


@router.get(
    "/stocktakes/{take_id}",
    response={200: StocktakeShown, **READ_ERRORS},
    summary="Read a count",
    openapi_extra=needs(READ),
)
def read_stocktake(request: ApiRequest, take_id: int) -> StocktakeShown:
    """One count."""
    with acting(request, READ, entitlement=NEEDS):
        return _one(take_id)


@router.get(
    "/stocktakes/{take_id}/lines",
    response={200: StocktakeLinePage, **READ_ERRORS},
    summary="List a count's lines",
    openapi_extra=needs(READ),
)
def list_stocktake_lines(request: ApiRequest, take_id: int, query: Query[StocktakeLineQuery]) -> StocktakeLinePage:
    """The sheet in the order of walking."""
    with acting(request, READ, entitlement=NEEDS):
        take = _found(take_id)
        page = fetch(request, query, lambda cursor, size: line_page(take, query.show or "", "", cursor, size))
        items = [_line(row) for row in page.rows]
        return StocktakeLinePage.of(page, items)


def _line(row: StocktakeLine) -> StocktakeLineShown:
    return StocktakeLineShown(id=row.pk, msku=row.product.msku, location=row.location_number, counted=row.counted)


@router.get(
    "/stocktakes/{take_id}/differences",
    response={200: Differences, **READ_ERRORS},
    summary="Read a count's differences",
    openapi_extra=needs(READ),
)
def read_stocktake_differences(request: ApiRequest, take_id: int) -> Differences:
    """What was counted beside what the ledger held."""
    with acting(request, READ, entitlement=NEEDS):
        return Differences(
            items=[
                DifferenceShown(
                    msku=one.msku,
                    lines=one.lines,
                    not_counted=one.left,
                    expected=one.expected,
                    counted=one.counted,
                    difference=one.difference,
                    on_hand=one.on_hand,
                    reserved=one.reserved,
                    left_out=one.left_out,
                )
                for one in differences(_found(take_id))
            ]
        )


def _written(request: ApiRequest, take_id: int, work: Callable[[Stocktake], Schema]) -> HttpResponse:
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: Answer(work(_found(take_id))))


@router.post(
    "/stocktakes/{take_id}/figures",
    response={200: FiguresTaken, **WRITE_ERRORS},
    summary="Enter what was counted",
    openapi_extra=writes(WRITE),
)
def enter_stocktake_figures(request: ApiRequest, take_id: int, body: Body[Figures]) -> HttpResponse:
    """Enter figures; lines that cannot be taken are named. A line entered before is left as it is."""

    def work(take: Stocktake) -> FiguresTaken:
        rows = [CountedRow(n, one.msku, one.location, one.counted) for n, one in enumerate(body.lines, start=1)]
        done = enter_rows(take.pk, rows)
        faults = [FigureFault(line=f.line, code=f.code, detail=f.text(), harmless=f.harmless) for f in done.faults]
        return FiguresTaken(entered=done.count, faults=faults)

    return _written(request, take_id, work)


@router.post(
    "/stocktakes/{take_id}/act",
    response={200: StocktakeShown, **WRITE_ERRORS},
    summary="End, recount, enter or give up",
    openapi_extra=writes(WRITE),
)
def act_on_stocktake(request: ApiRequest, take_id: int, body: Body[StocktakeAct]) -> HttpResponse:
    """End counting, have lines counted again, leave lines out, enter the differences, or give the count up."""

    def work(take: Stocktake) -> StocktakeShown:
        if body.action == "end":
            end_counting(take.pk)
        elif body.action == "again":
            count_again(take.pk, body.lines)
        elif body.action in ("leave", "take"):
            leave_out(take.pk, body.lines, out=body.action == "leave")
        elif body.action == "approve":
            approve_stocktake(take.pk)
        else:
            give_up(take.pk)
        return _one(take.pk)

    return _written(request, take_id, work)
