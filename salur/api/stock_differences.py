"""Differences that stock syncs did not enter by themselves: read with their explanation, and decided (idea 7)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpResponse
from ninja import Body, Field, Query, Router, Schema
from pydantic import ConfigDict

from salur.flows.differences import approve
from salur.stock.differences import LONGEST_NOTE, Told, difference_page, reject, with_lines
from salur.stock.messages import explain
from salur.stock.models import DifferenceState
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch
from .parsing import Text
from .presenting import warehouse_ref
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["stock"])
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST = 500


class DifferenceQuery(ListQuery):
    """Filters of the stock differences."""

    warehouse: int | None = Field(None, description="Of this warehouse.")
    state: DifferenceState | None = Field(None, description="In this state.")


class Difference(Schema):
    """A difference that a stock sync did not enter by itself, in pieces."""

    id: int
    warehouse: WarehouseRef
    msku: str
    before: int
    unexplained: int
    explanation: list[str]
    state: DifferenceState
    stock_sync_id: int
    entered_by_stock_sync_id: int | None = Field(description="The sync that entered it when it was approved.")
    created_at: datetime
    decided_at: datetime | None
    decided_by: str
    note: str


class DifferencePage(Page[Difference]):
    """One page of differences."""


class Decision(Schema):
    """What is to become of some differences."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["approve", "reject"] = Field(
        description="`approve`: the warehouse's word is entered. `reject`: the figure stays; the next sync asks again."
    )
    ids: list[int] = Field(min_length=1, max_length=MOST)
    note: Text = Field("", max_length=LONGEST_NOTE)


class Decided(Schema):
    """How many were decided."""

    count: int


def _shown(told: Told) -> Difference:
    row = told.row
    return Difference(
        id=row.pk,
        warehouse=warehouse_ref(row.balance.warehouse),
        msku=row.balance.msku,
        before=row.before,
        unexplained=row.unexplained,
        explanation=explain(told.line) if told.line else [],
        state=DifferenceState(row.state),
        stock_sync_id=row.run_id,
        entered_by_stock_sync_id=row.entered_id,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
    )


@router.get(
    "/stock-differences",
    response={200: DifferencePage, **READ_ERRORS},
    summary="List stock differences",
    openapi_extra=needs("stock:read"),
)
def list_stock_differences(request: ApiRequest, query: Query[DifferenceQuery]) -> DifferencePage:
    """Unexplained differences above their warehouse's limit, the newest first."""
    with acting(request, "stock:read", entitlement=NEEDS):
        page = fetch(request, query, lambda at, size: difference_page(query.warehouse, query.state or "", at, size))
        items = [_shown(one) for one in with_lines(page.rows)]
        return DifferencePage.of(page, items)


@router.post(
    "/stock-differences/decide",
    response={200: Decided, **WRITE_ERRORS},
    summary="Decide on stock differences",
    openapi_extra=writes("stock:write"),
)
def decide_stock_differences(request: ApiRequest, decision: Body[Decision]) -> HttpResponse:
    """Approve or reject, all of them or none."""
    with acting(request, "stock:write", entitlement=NEEDS):
        return once(request, lambda: Answer(Decided(count=_decide(decision))))


def _decide(decision: Decision) -> int:
    if decision.action == "approve":
        return approve(decision.ids, decision.note)
    return reject(decision.ids, decision.note)
