"""Returns: goods of outbound lists that come back, expected and received by other programs."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.returns import expect_return, receive_return
from salur.outbound.queries import find_outbound
from salur.returns.models import Return, ReturnReason
from salur.returns.problems import ReturnRefused
from salur.returns.queries import find_return, lines_of, products_of, return_page, sums_of
from salur.returns.states import ReturnState
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .parsing import Text
from .presenting import warehouse_ref
from .problems import NotFound
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["returns"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
READ, WRITE = "stock:read", "stock:write"


class ReturnShown(Schema):
    """Goods of an outbound list that come back; pieces over all lines."""

    id: int
    reference: str
    order_id: int
    outbound_id: int
    warehouse: WarehouseRef
    state: ReturnState
    reason: ReturnReason
    expected: int
    good: int
    damaged: int
    tracking: str
    note: str
    created_at: datetime
    closed_at: datetime | None


class ReturnPage(Page[ReturnShown]):
    """Returns, the latest first."""


class ReturnLineShown(Schema):
    """Pieces of one product."""

    msku: str
    expected: int
    good: int
    damaged: int


class ReturnDetail(ReturnShown):
    """A return with its lines."""

    lines: list[ReturnLineShown]


class NewReturnLine(Schema):
    """Pieces of one product that are to come back."""

    model_config = ConfigDict(extra="forbid")

    msku: Text
    quantity: int = Field(ge=1, le=10_000_000, strict=True)


class NewReturn(Schema):
    """A return to be expected. Without ``lines``: everything that can still come back."""

    model_config = ConfigDict(extra="forbid")

    outbound_id: int
    warehouse_id: int | None = Field(None, description="Where the goods come to; left out: the one that sent them.")
    reason: ReturnReason | None = None
    tracking: Text = ""
    note: Text = ""
    lines: list[NewReturnLine] | None = None


class ReceivedLine(Schema):
    """What has come back of a product so far, in total."""

    model_config = ConfigDict(extra="forbid")

    msku: Text
    good: int = Field(0, ge=0, le=10_000_000, strict=True)
    damaged: int = Field(0, ge=0, le=10_000_000, strict=True)


class Receiving(Schema):
    """What has come back so far. ``close``: nothing more will come."""

    model_config = ConfigDict(extra="forbid")

    lines: list[ReceivedLine] = Field(default_factory=list)
    close: bool = False
    note: Text = ""


class ReturnQuery(ListQuery):
    """Filters of the list of returns."""

    warehouse: int | None = None
    state: ReturnState | None = None
    search: str | None = Field(None, description="A return's, order's, AWB or tracking number in full.")


def _figures(row: Return, sums: tuple[int, int, int]) -> dict[str, object]:
    names = ("id", "reference", "order_id", "outbound_id", "state", "reason", "tracking", "note")
    own = {name: getattr(row, name) for name in names}
    more = {"warehouse": warehouse_ref(row.warehouse), "created_at": row.created_at, "closed_at": row.closed_at}
    return {**own, **more, "expected": sums[0], "good": sums[1], "damaged": sums[2]}


def _found(return_id: int) -> Return:
    row = find_return(return_id)
    if row is None:
        raise NotFound
    return row


def _detail(return_id: int) -> ReturnDetail:
    row = _found(return_id)
    lines = [
        ReturnLineShown(msku=one.product.msku, expected=one.quantity, good=one.good, damaged=one.damaged)
        for one in lines_of(row)
    ]
    figures = _figures(row, sums_of([row.pk]).get(row.pk, (0, 0, 0)))
    return ReturnDetail.model_validate({**figures, "lines": lines})


@router.get("/returns", response={200: ReturnPage, **READ_ERRORS}, summary="List returns", openapi_extra=needs(READ))
def list_returns(request: ApiRequest, query: Query[ReturnQuery]) -> ReturnPage:
    """Returns of all orders."""
    search = (query.search or "").replace("\x00", "")
    with acting(request, READ, entitlement=NEEDS):
        page = fetch(
            request, query, lambda cursor, size: return_page(query.warehouse, query.state or "", search, cursor, size)
        )
        sums = sums_of(row.pk for row in page.rows)
        items = [ReturnShown.model_validate(_figures(row, sums.get(row.pk, (0, 0, 0)))) for row in page.rows]
        return ReturnPage.of(page, items)


@router.get(
    "/returns/{return_id}",
    response={200: ReturnDetail, **READ_ERRORS},
    summary="Read a return",
    openapi_extra=needs(READ),
)
def read_return(request: ApiRequest, return_id: int) -> ReturnDetail:
    """One return with its lines."""
    with acting(request, READ, entitlement=NEEDS):
        return _detail(return_id)


@router.post(
    "/returns", response={201: ReturnDetail, **WRITE_ERRORS}, summary="Expect a return", openapi_extra=writes(WRITE)
)
def create_return(request: ApiRequest, body: Body[NewReturn]) -> HttpResponse:
    """Expect goods of an outbound list back that has left, or that could not be stopped any more."""
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _create(body))


def _create(body: NewReturn) -> Answer:
    outbound = find_outbound(body.outbound_id)
    if outbound is None or (body.warehouse_id is not None and find_warehouse(body.warehouse_id) is None):
        raise NotFound
    pieces: dict[int, int] | None = None
    if body.lines is not None:
        ids = products_of(outbound.pk)
        pieces = {}
        for one in body.lines:
            if one.msku not in ids:
                raise ReturnRefused("return_too_many", msku=one.msku, most=0, given=one.quantity)
            pieces[ids[one.msku]] = pieces.get(ids[one.msku], 0) + one.quantity
    made = expect_return(
        outbound.pk, body.warehouse_id, pieces, reason=body.reason or "", tracking=body.tracking, note=body.note
    )
    return Answer(_detail(made.pk), 201, f"/api/v1/returns/{made.pk}")


@router.post(
    "/returns/{return_id}/receive",
    response={200: ReturnDetail, **WRITE_ERRORS},
    summary="Receive a return",
    openapi_extra=writes(WRITE),
)
def receive_one_return(request: ApiRequest, return_id: int, body: Body[Receiving]) -> HttpResponse:
    """Say what has come back so far, in total: the same said twice receives nothing twice."""

    def work() -> Answer:
        row = _found(return_id)
        ids = {line.product.msku: line.pk for line in lines_of(row)}
        for one in body.lines:
            if one.msku not in ids:
                raise ReturnRefused("return_too_many", msku=one.msku, most=0, given=one.good + one.damaged)
        totals = {ids[one.msku]: (one.good, one.damaged) for one in body.lines}
        receive_return(row.pk, totals, close=body.close, note=body.note)
        return Answer(_detail(row.pk))

    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, work)
