"""Orders: listed, read in full, created (R136, R144, R146)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from ninja import Field, Query, Router
from pydantic import AwareDatetime

from salur.flows.take_orders import take_orders
from salur.flows.timeline import timeline
from salur.foundation.clock import now
from salur.integrations.queries import find_store
from salur.orders.models import Order, OrderProblem, OrderSource, OrderTag, SyncRun, SyncRunRow
from salur.orders.problems import ProblemCause
from salur.orders.queries import lines_of, open_problems_of, orders_by_number
from salur.orders.states import OrderState
from salur.outbound.models import Outbound
from salur.outbound.queries import every_list_of, find_order, gated_lists, lists_of_orders
from salur.outbound.states import PushState
from salur.tenancy.accounts import merchant

from . import presenting, shown, taken
from .access import ApiRequest, acting
from .answers import READ_ERRORS, WRITE_ERRORS, needs, writes
from .paging import ListQuery, fetch
from .problems import NotFound
from .writes import Answer, once

router = Router(tags=["orders"])


class OrderQuery(ListQuery):
    """Filters of the list of orders; together they narrow it."""

    store: int | None = Field(None, description="Of this store.")
    status: OrderState | None = Field(None, description="In this status.")
    external_id: str | None = Field(None, description="With exactly this number at the store.")
    problem: ProblemCause | None = Field(None, description="Held by this cause.")
    blocked_by: str | None = Field(None, description="With an outbound list that waits for this push condition.")
    tag: str | None = Field(None, description="With this tag.")
    held: bool | None = Field(None, description="Held by a person, or not.")
    changed_since: AwareDatetime | None = Field(
        None, description="Changed then or later. The list is then ordered by the time of change, oldest first."
    )


@router.get(
    "/orders", response={200: shown.OrderPage, **READ_ERRORS}, summary="List orders", openapi_extra=needs("orders:read")
)
def list_orders(request: ApiRequest, query: Query[OrderQuery]) -> shown.OrderPage:
    """Orders of all stores, the newest in the hub first."""
    with acting(request, "orders:read"):
        order = ["changed_at", "id"] if query.changed_since else ["-id"]
        page = fetch(request, query, _filtered(query), order)
        return shown.OrderPage.of(page, _summaries(page.rows))


def _filtered(query: OrderQuery) -> QuerySet[Order]:
    rows = Order.objects.select_related("store")
    if query.store is not None:
        rows = rows.filter(store_id=query.store)
    if query.status is not None:
        rows = rows.filter(status=query.status)
    if query.external_id is not None:
        rows = rows.filter(external_id=query.external_id)
    if query.changed_since is not None:
        rows = rows.filter(changed_at__gte=query.changed_since)
    if query.problem is not None:
        held = OrderProblem.objects.filter(order_id=OuterRef("pk"), closed_at__isnull=True, cause=query.problem)
        rows = rows.filter(Exists(held))
    if query.tag is not None:
        tagged = OrderTag.objects.filter(tag=" ".join(query.tag.split()).casefold())
        rows = rows.filter(pk__in=tagged.values("order_id"))
    if query.held is not None:
        rows = rows.exclude(hold_reason="") if query.held else rows.filter(hold_reason="")
    if query.blocked_by is not None:
        waiting = Outbound.objects.filter(order_id=OuterRef("pk"), push=PushState.WAITING, blocked_by=query.blocked_by)
        rows = rows.filter(Exists(waiting))
    return rows


def _summaries(rows: Iterable[Order]) -> list[shown.Order]:
    listed = list(rows)
    ids = [row.pk for row in listed]
    lines, problems, lists = lines_of(ids), open_problems_of(ids), lists_of_orders(ids)
    return [
        shown.Order.model_validate(
            {
                **presenting.order_fields(row, lines.get(row.pk, []), problems.get(row.pk, [])),
                "outbound": [presenting.list_ref(one) for one in lists.get(row.pk, [])],
            }
        )
        for row in listed
    ]


@router.get(
    "/orders/{order_id}",
    response={200: shown.OrderDetail, **READ_ERRORS},
    summary="Read an order",
    openapi_extra=needs("orders:read"),
)
def read_order(request: ApiRequest, order_id: int) -> shown.OrderDetail:
    """One order in full: lines, outbound lists with every push condition, and its history."""
    with acting(request, "orders:read"):
        row = find_order(order_id)
        if row is None:
            raise NotFound
        lines, problems = lines_of([row.pk]), open_problems_of([row.pk])
        lists = every_list_of(row)
        return shown.OrderDetail.model_validate(
            {
                **presenting.order_fields(row, lines.get(row.pk, []), problems.get(row.pk, [])),
                "note": row.note,
                "cancel_reason": row.cancel_reason,
                "recipient": presenting.recipient(row),
                "address_corrected_at": row.address_corrected_at,
                "address_at_store": row.address_at_store,
                "outbound": presenting.outbound_details(gated_lists(lists)),
                "timeline": [presenting.event(one) for one in timeline(row, lists)],
            }
        )


@router.post(
    "/orders",
    response={200: shown.Taken, **WRITE_ERRORS},
    summary="Create orders",
    openapi_extra=writes("orders:write"),
)
def create_orders(request: ApiRequest, payload: taken.NewOrders) -> HttpResponse:
    """Bring in up to 1,000 orders of one store, checked as an order file is.

    Orders that are not valid are set aside with their reasons; the others are taken. An order that is known is
    brought up to date if the call's sight of it is newer.
    """
    with acting(request, "orders:write"):
        return once(request, lambda: _create(payload))


def _create(payload: taken.NewOrders) -> Answer:
    if find_store(payload.store_id) is None:
        raise NotFound
    batch, refused = taken.read_orders(payload.orders, zone=merchant().time_zone, now=now())
    run = take_orders(payload.store_id, OrderSource.API, batch, refused)
    outcomes = _outcomes(run, payload)
    return Answer(
        shown.Taken(
            run_id=run.pk,
            created=run.created,
            updated=run.updated,
            unchanged=run.unchanged,
            failed=sum(one.outcome == "failed" for one in outcomes),
            orders=outcomes,
        )
    )


def _outcomes(run: SyncRun, payload: taken.NewOrders) -> list[shown.TakenOrder]:
    """What became of each order, by its place in the call."""
    rows: dict[int, list[SyncRunRow]] = defaultdict(list)
    for row in SyncRunRow.objects.filter(run_id=run.pk).order_by("id"):
        rows[row.line or 0].append(row)
    found = orders_by_number(run.store_id, (r.external_id for own in rows.values() for r in own if not r.code))
    ids = {number: made.pk for number, made in found.items()}
    return [
        shown.TakenOrder(
            index=index,
            order_id=order.order_id,
            outcome=rows[index + 1][0].outcome,
            id=ids.get(rows[index + 1][0].external_id) if rows[index + 1][0].outcome != "failed" else None,
            errors=[_refused(index, row) for row in rows[index + 1] if row.outcome == "failed"],
        )
        for index, order in enumerate(payload.orders)
    ]


def _refused(index: int, row: SyncRunRow) -> shown.Refused:
    pointer = f"/orders/{index}" + (f"/{row.column}" if row.column else "")
    return shown.Refused(pointer=pointer, code=row.code, detail=presenting.reason(row.code, row.detail))
