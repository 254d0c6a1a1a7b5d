"""Stock updated by rows: what comes in addition, what each warehouse has, or what there is in all (R60, R135)."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from salur.flows.stock_updates import Updated, UpdateKind, update_stock
from salur.inbound.checking import WantedLine
from salur.inbound.editing import LIMITS
from salur.stock.queries import warehouses
from salur.tenancy.models import Entitlement

from .access import ApiRequest, acting
from .answers import WRITE_ERRORS, writes
from .inbound import NewInboundLine
from .parsing import Text
from .presenting import warehouse_ref
from .problems import Fault, Invalid, fault, line_fault, told
from .shown import WarehouseRef
from .writes import Answer, once

router = Router(tags=["stock"])
WRITE = "stock:write"
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
    lines: list[UpdateLine] = Field(min_length=1, max_length=MOST_LINES)
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


@router.post(
    "/stock-updates",
    response={200: StockUpdated, **WRITE_ERRORS},
    summary="Update stock by rows",
    openapi_extra=writes(WRITE),
)
def update_stock_rows(request: ApiRequest, body: Body[Update]) -> HttpResponse:
    """All rows or none. A partner's warehouse gets an inbound list; nothing is in stock before it says so."""
    with acting(request, WRITE, entitlement=Entitlement.WAREHOUSE_MANAGEMENT):
        return once(request, lambda: _update(body))


def _update(body: Update) -> Answer:
    done = update_stock(body.kind, _by_warehouse(body), body.note)
    if done.wrong or done.refused:
        raise Invalid(*_faults(body, done)[:MOST_TOLD])
    made = [ListMade(id=row.pk, reference=row.reference, warehouse=warehouse_ref(row.warehouse)) for row in done.lists]
    return Answer(StockUpdated(inbound_lists=made, changed=done.changed))


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
