"""Stock updated by rows: what comes in addition, what each warehouse has, or what there is in all (R60, R135)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.flows.stock_files import AT_ONCE, MOST_FAULTS, fault_text, find_stock_file, is_large, keep_stock_file
from salur.flows.stock_updates import Updated, UpdateKind, update_stock
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LIMITS
from salur.inbound.models import InboundList
from salur.stock.models import StockFile, StockFileState
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .inbound import NewInboundLine
from .parsing import Text
from .presenting import warehouse_ref
from .problems import Fault, Invalid, NotFound, fault, line_fault, told
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["stock"])
READ, WRITE = "stock:read", "stock:write"
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST_LINES = 20_000  # of a request; its body is bounded, too
MOST_TOLD = 100


class UpdateLine(NewInboundLine):
    """Pieces of one master product in one warehouse."""

    warehouse_id: int | None = Field(None, description="Without it the request's own; not given for `total`.")


class Update(Schema):
    """A table of stock."""

    model_config = ConfigDict(extra="forbid")

    kind: UpdateKind = Field(
        description="`add`: pieces in addition. `set`: all that each warehouse has (“update warehouse stock”). "
        "`total`: all there is over every warehouse (“update stock”); the difference goes to `warehouse_id`."
    )
    warehouse_id: int | None = Field(None, description="For lines that name none; needed for `total`.")
    lines: list[UpdateLine] = Field(
        min_length=1, max_length=MOST_LINES, description=f"More than {AT_ONCE} are written in the background."
    )
    note: Text = Field("", max_length=LIMITS["note"])


class ListMade(Schema):
    """An inbound list that was made and submitted at a partner's warehouse."""

    id: int
    reference: str
    warehouse: WarehouseRef


class StockUpdated(Schema):
    """What the rows led to: lists at partners, figures of own warehouses that changed at once."""

    inbound_lists: list[ListMade]
    changed: int


class LineWrong(Schema):
    """What is wrong with a line, which is counted from 1."""

    line: int
    msku: str
    field: str
    code: str
    detail: str


class StockTable(StockUpdated):
    """A large table: judged whole, then written in parts. `changed` and `inbound_lists` tell of what is written."""

    id: int
    kind: UpdateKind
    state: StockFileState
    total: int = Field(description="Lines.")
    done: int = Field(description="Lines that were written or left out so far.")
    wrong: int = Field(description="Lines that are not taken. Nothing is written where the state is `refused`.")
    faults: list[LineWrong] = Field(description=f"By line, the first {MOST_FAULTS}.")
    created_at: datetime
    finished_at: datetime | None


@router.post(
    "/stock-updates",
    response={200: StockUpdated, 202: StockTable, **WRITE_ERRORS},
    summary="Update stock by rows",
    openapi_extra=writes(WRITE, responses=ACCEPTED),
)
def update_stock_rows(request: ApiRequest, body: Body[Update]) -> HttpResponse:
    """All rows or none. A partner's warehouse gets an inbound list; nothing is in stock before it says so.

    A larger table is kept, and answered with 202: it is judged whole in the background, then written; read it at the
    address in `Location` until it is `done` or `refused`.
    """
    with acting(request, WRITE, entitlement=NEEDS):
        return once(request, lambda: _update(body))


@router.get(
    "/stock-updates/{stock_file_id}",
    response={200: StockTable, **READ_ERRORS},
    summary="Read how far a large table of stock is",
    openapi_extra=needs(READ),
)
def read_stock_update(request: ApiRequest, stock_file_id: int) -> StockTable:
    """What is written so far, and everything that is wrong; kept for seven days."""
    with acting(request, READ, entitlement=NEEDS):
        row = find_stock_file(stock_file_id)
        if row is None:
            raise NotFound
        return _table(row)


def _table(row: StockFile) -> StockTable:
    lists = InboundList.objects.filter(pk__in=row.made).select_related("warehouse").order_by("pk")
    return StockTable(
        id=row.pk,
        kind=UpdateKind(row.kind),
        state=StockFileState(row.state),
        total=row.total,
        done=row.done,
        wrong=row.wrong,
        changed=row.changed,
        inbound_lists=_made(lists),
        faults=[_line_wrong(one) for one in row.faults],
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _line_wrong(one: Mapping[str, Any]) -> LineWrong:
    text, field = fault_text(one), "msku" if one["column"] == "sku" else one["column"]
    detail = f"{text.cause} {text.cure}".strip()
    return LineWrong(line=one["line"], msku=one["msku"], field=field, code=one["code"], detail=detail)


def _made(rows: Iterable[InboundList]) -> list[ListMade]:
    return [ListMade(id=row.pk, reference=row.reference, warehouse=warehouse_ref(row.warehouse)) for row in rows]


def _update(body: Update) -> Answer:
    lines = _by_warehouse(body)
    if is_large(lines):
        kept = keep_stock_file("", body.kind, lines, body.note)
        return Answer(_table(kept), 202, reverse("api-v1:read_stock_update", args=[kept.pk]))
    done = update_stock(body.kind, lines, body.note)
    if done.wrong or done.refused:
        raise Invalid(*_faults(body, done)[:MOST_TOLD])
    return Answer(StockUpdated(inbound_lists=_made(done.lists), changed=done.changed))


def _by_warehouse(body: Update) -> dict[int, list[WantedLine]]:
    """The lines by warehouse, numbered from 1; raises Invalid where one names none, or one that is not there."""
    known = {place.pk for place in warehouses()}
    total = body.kind == UpdateKind.TOTAL
    faults: list[Fault] = []
    lines: dict[int, list[WantedLine]] = {}
    if body.warehouse_id is None and total:
        faults.append(fault("body", "/warehouse_id", "missing"))
    elif body.warehouse_id is not None and body.warehouse_id not in known:
        faults.append(fault("body", "/warehouse_id", "unknown_warehouse"))
    for number, line in enumerate(body.lines):
        place = line.warehouse_id or body.warehouse_id
        if total and line.warehouse_id is not None:
            faults.append(fault("body", f"/lines/{number}/warehouse_id", "not_usable"))
        elif place is None and not total:
            faults.append(fault("body", f"/lines/{number}/warehouse_id", "missing"))
        elif line.warehouse_id is not None and line.warehouse_id not in known:
            faults.append(fault("body", f"/lines/{number}/warehouse_id", "unknown_warehouse"))
        elif place is not None:
            wanted = WantedLine(line.msku, line.quantity, line.unit_cost, line.batch, line.expires_on, number + 1)
            lines.setdefault(place, []).append(wanted)
    if faults:
        raise Invalid(*faults[:MOST_TOLD])
    return lines


def _faults(body: Update, done: Updated) -> list[Fault]:
    """Each wrong value by its place in the request; what a whole warehouse refuses at each of its lines."""
    faults = [line_fault(result.number - 1, one) for result in done.wrong for one in result.problems]
    for number, line in enumerate(body.lines):
        refusal = done.refused.get(line.warehouse_id or body.warehouse_id or 0)
        if refusal is not None:
            faults.append(Fault("body", f"/lines/{number}/warehouse_id", refusal.code, told(refusal)))
    return faults
