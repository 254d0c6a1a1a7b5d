"""One action over many orders as a run: begun, followed, stopped, and read row by row (R113)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints, model_validator

from salur.flows.bulk import Chosen, action_named, go_on_bulk, start_bulk, stop_bulk
from salur.foundation.problems import PROBLEMS, Refusal, describe
from salur.orders.models import Order
from salur.orders.problems import ProblemCause
from salur.orders.states import OrderState, RunState
from salur.outbound.bulk import BulkOutcome, BulkRow, BulkRun
from salur.outbound.bulk_queries import bulk_page, bulk_rows, find_bulk
from salur.outbound.models import Outbound
from salur.outbound.queries import OrderFilter, OutboundFilter, matching_lists, matching_orders
from salur.outbound.states import PushState, TaskState
from salur.stock.queries import find_warehouse
from salur.tenancy.models import Entitlement

from .access import ApiRequest, ScopeMissing, acting
from .answers import ACCEPTED, READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, Page, fetch_by
from .problems import Invalid, NotFound, fault
from .writes import Answer, once

router = Router(tags=["bulk runs"])
SCOPE = "outbound:write"
NEEDS = Entitlement.WAREHOUSE_MANAGEMENT
MOST_IDS = 10_000

Word = Annotated[str, StringConstraints(max_length=100)]


class Strict(Schema):
    """Nothing that is not listed is taken."""

    model_config = ConfigDict(extra="forbid")


class OrdersWanted(Strict):
    """Orders that match all of this; without anything: all orders."""

    status: OrderState | None = None
    number_begins: Word = ""
    store: int | None = None
    warehouse: int | None = None
    problem: ProblemCause | None = None
    blocked_by: Word = ""


class ListsWanted(Strict):
    """Outbound lists that match all of this; without anything: all lists."""

    push: PushState | None = None
    task: TaskState | None = None
    store: int | None = None
    warehouse: int | None = None
    blocked_by: Word = ""


class NewBulkRun(Strict):
    """What to do, and with what: exactly one of the four choices."""

    action: Word = Field(
        description="`push_again`, `refresh`, `arrange`, `stop`, `anew`, `accept`, `cancel` or `move`."
    )
    order_ids: list[int] | None = Field(None, min_length=1, max_length=MOST_IDS)
    outbound_ids: list[int] | None = Field(None, min_length=1, max_length=MOST_IDS)
    orders: OrdersWanted | None = Field(None, description="Those that match when the run begins.")
    outbound: ListsWanted | None = Field(None, description="Those that match when the run begins.")
    handover: Literal["", "pickup", "dropoff"] = Field(
        "", description="For `arrange`: how all are handed over, each at its store's first time or branch."
    )
    warehouse_id: int | None = Field(None, description="For `move`: where the orders are sent from.")
    reason: Word = Field("", description="For `cancel`: one of the store's reasons; empty: its usual one.")

    @model_validator(mode="after")
    def one_choice(self) -> NewBulkRun:
        """Two choices at once would leave open whether both or either is meant."""
        if sum(one is not None for one in (self.order_ids, self.outbound_ids, self.orders, self.outbound)) != 1:
            raise ValueError("exactly one of order_ids, outbound_ids, orders and outbound is needed")
        return self


class ShownBulkRun(Schema):
    """A run. Rows not settled yet are those not begun."""

    id: int
    action: str
    state: RunState
    total: int
    done: int
    skipped: int
    failed: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds_left: int | None = Field(description="At the pace so far; empty where that cannot be told.")


class BulkRunPage(Page[ShownBulkRun]):
    """One page of runs."""


class ShownBulkRow(Schema):
    """What became of one order, or of one outbound list of it."""

    order_id: int
    external_id: str
    outbound_id: int | None
    outcome: BulkOutcome
    code: str = Field(description="Of the problem or push condition; empty where it was done or not begun.")
    reason: str = Field(description="In words; empty where the code is a push condition.")


class BulkRowPage(Page[ShownBulkRow]):
    """One page of a run's rows."""


class RowsQuery(ListQuery):
    """Filters of a run's rows."""

    outcome: BulkOutcome | None = Field(None, description="With this outcome.")


def _shown(run: BulkRun) -> ShownBulkRun:
    left = run.remaining
    figures: dict[str, Any] = {name: getattr(run, name) for name in ShownBulkRun.model_fields if name != "seconds_left"}
    return ShownBulkRun(**figures, seconds_left=None if left is None else round(left.total_seconds()))


def _row(row: BulkRow) -> ShownBulkRow:
    told = describe(row.code, row.evidence) if row.code in PROBLEMS else None
    return ShownBulkRow(
        order_id=row.order_id,
        external_id=row.order.external_id,
        outbound_id=row.outbound_id,
        outcome=BulkOutcome(row.outcome),
        code=row.code,
        reason=f"{told.cause} {told.cure}".strip() if told is not None else "",
    )


def _found(run_id: int) -> BulkRun:
    run = find_bulk(run_id)
    if run is None:
        raise NotFound
    return run


def _address(run_id: int) -> str:
    return reverse("api-v1:read_bulk_run", args=[run_id])


def _chosen(wanted: NewBulkRun) -> Chosen:
    if wanted.order_ids is not None:
        return Chosen(orders=Order.objects.filter(pk__in=wanted.order_ids))
    if wanted.outbound_ids is not None:
        return Chosen(lists=Outbound.objects.filter(pk__in=wanted.outbound_ids))
    if wanted.outbound is not None:
        lists = wanted.outbound
        return Chosen(
            lists=matching_lists(
                OutboundFilter(lists.push or "", lists.task or "", lists.store, lists.warehouse, lists.blocked_by)
            )
        )
    orders = wanted.orders or OrdersWanted()
    return Chosen(
        orders=matching_orders(
            OrderFilter(
                status=orders.status or "",
                search=orders.number_begins,
                store=orders.store,
                warehouse=orders.warehouse,
                problem=orders.problem or "",
                blocked_by=orders.blocked_by,
            )
        )
    )


@router.post(
    "/bulk-runs",
    response={202: ShownBulkRun, **WRITE_ERRORS},
    summary="Begin a bulk run",
    openapi_extra=writes(SCOPE, responses=ACCEPTED),
)
def start_bulk_run(request: ApiRequest, payload: NewBulkRun) -> HttpResponse:
    """Do something with up to 50,000 orders or lists. Follow the run named in `Location`; each row gets its outcome.

    `accept` and `cancel` need the scope `orders:write` as well. An action about lists, given orders, is done with
    their lists in force.
    """
    with acting(request, SCOPE, entitlement=NEEDS):
        needed = action_named(payload.action).scope
        if not request.auth.allows(needed):
            raise ScopeMissing(scope=needed)
        return once(request, lambda: _start(request, payload))


def _start(request: ApiRequest, payload: NewBulkRun) -> Answer:
    options: dict[str, Any] = {name: value for name in ("reason", "handover") if (value := getattr(payload, name))}
    if payload.action == "move":
        options["warehouse"] = _place(payload.warehouse_id)
    run = start_bulk(payload.action, _chosen(payload), options, actor=request.auth.actor)
    return Answer(_shown(run), 202, _address(run.pk))


def _place(warehouse_id: int | None) -> int:
    if warehouse_id is None or find_warehouse(warehouse_id) is None:
        raise Invalid(fault("body", "/warehouse_id", "not_added"))
    return warehouse_id


@router.get(
    "/bulk-runs",
    response={200: BulkRunPage, **READ_ERRORS},
    summary="List bulk runs",
    openapi_extra=needs("outbound:read"),
)
def list_bulk_runs(request: ApiRequest, query: Query[ListQuery]) -> BulkRunPage:
    """Runs, the newest first."""
    with acting(request, "outbound:read"):
        page = fetch_by(request, query, bulk_page)
        items = [_shown(run) for run in page.rows]
        return BulkRunPage.of(page, items)


@router.get(
    "/bulk-runs/{bulk_run_id}",
    response={200: ShownBulkRun, **READ_ERRORS},
    summary="Read a bulk run",
    openapi_extra=needs("outbound:read"),
)
def read_bulk_run(request: ApiRequest, bulk_run_id: int) -> ShownBulkRun:
    """How far it is, and how many were done, skipped or failed."""
    with acting(request, "outbound:read"):
        return _shown(_found(bulk_run_id))


@router.get(
    "/bulk-runs/{bulk_run_id}/rows",
    response={200: BulkRowPage, **READ_ERRORS},
    summary="List a bulk run's rows",
    openapi_extra=needs("outbound:read"),
)
def list_bulk_run_rows(request: ApiRequest, bulk_run_id: int, query: Query[RowsQuery]) -> BulkRowPage:
    """What became of each order or list, in the order in which they are worked off."""
    with acting(request, "outbound:read"):
        _found(bulk_run_id)
        page = fetch_by(request, query, lambda cursor, size: bulk_rows(bulk_run_id, query.outcome or "", cursor, size))
        items = [_row(row) for row in page.rows]
        return BulkRowPage.of(page, items)


@router.post(
    "/bulk-runs/{bulk_run_id}/stop",
    response={200: ShownBulkRun, **WRITE_ERRORS},
    summary="Stop a bulk run",
    openapi_extra=writes(SCOPE),
)
def stop_bulk_run(request: ApiRequest, bulk_run_id: int) -> HttpResponse:
    """Begin no further rows; what is done stays done."""
    with acting(request, SCOPE, entitlement=NEEDS):
        return once(request, lambda: _stop(bulk_run_id))


def _stop(run_id: int) -> Answer:
    run = _found(run_id)
    if not stop_bulk(run_id):
        raise Refusal("run_ended", run=run_id, state=RunState(run.state).label)
    return Answer(_shown(_found(run_id)))


@router.post(
    "/bulk-runs/{bulk_run_id}/go-on",
    response={202: ShownBulkRun, **WRITE_ERRORS},
    summary="Let a bulk run go on",
    openapi_extra=writes(SCOPE),
)
def go_on_bulk_run(request: ApiRequest, bulk_run_id: int) -> HttpResponse:
    """Go on with the rows that a stopped or failed run has not begun."""
    with acting(request, SCOPE, entitlement=NEEDS):
        return once(request, lambda: _go_on(bulk_run_id))


def _go_on(run_id: int) -> Answer:
    run = _found(run_id)
    if not go_on_bulk(run_id):
        raise Refusal("bulk_nothing_left", run=run_id, state=RunState(run.state).label)
    return Answer(_shown(_found(run_id)), 202)
