"""From rows to schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salur.flows.stock_list import StockRow
from salur.flows.timeline import Event
from salur.foundation.problems import PROBLEMS, describe
from salur.integrations.models import ConnectionState, StoreConnection
from salur.orders import models as orders
from salur.orders.formats.messages import MESSAGES
from salur.orders.messages import ROW_REASONS
from salur.orders.problems import ProblemCause
from salur.outbound import models as outbound
from salur.outbound.gates import GateResult
from salur.outbound.messages import GATE_NAMES, GATE_TEXTS, gate_text
from salur.outbound.queries import GatedList
from salur.outbound.states import PushState, TaskState
from salur.stock import models as stock
from salur.stock.history import After

from . import shown
from .amounts import money
from .race_shown import race_fields


def store_ref(store: StoreConnection) -> shown.StoreRef:
    """A store in brief."""
    return shown.StoreRef(id=store.pk, name=store.name, channel=store.channel)


def store(row: StoreConnection) -> shown.Store:
    """A store."""
    return shown.Store(
        id=row.pk,
        name=row.name,
        channel=row.channel,
        country=row.country,
        currency=row.currency,
        state=ConnectionState(row.state),
        pause_reason=row.pause_reason,
        automatic_sync=row.automatic_sync,
        synced_until=row.synced_until,
    )


def warehouse_ref(row: stock.Warehouse) -> shown.WarehouseRef:
    """A warehouse in brief."""
    return shown.WarehouseRef(id=row.pk, code=row.code, name=row.name)


def warehouse(row: stock.Warehouse) -> shown.Warehouse:
    """A warehouse with its account."""
    account = row.account
    return shown.Warehouse(
        id=row.pk,
        code=row.code,
        name=row.name,
        country=row.country,
        time_zone=row.time_zone,
        active=row.active,
        partner=account.partner if account else None,
        account_id=account.pk if account else None,
        account_state=ConnectionState(account.state) if account else None,
        return_address=row.return_address,
        daily_sync=row.daily_sync,
        next_sync_at=row.next_sync_at,
        ask_above=row.ask_above,
        ask_above_percent=row.ask_above_percent,
    )


# -- orders ---------------------------------------------------------------------------------------------------------


def order_fields(
    row: orders.Order, lines: Sequence[orders.OrderLine], problems: Sequence[orders.OrderProblem]
) -> dict[str, object]:
    """What list and detail have in common, but for the outbound lists."""
    return {
        "id": row.pk,
        "external_id": row.external_id,
        "number": row.number,
        "store": store_ref(row.store),
        "source": row.source,
        "status": row.status,
        "raw_status": row.raw_status,
        "ordered_at": row.ordered_at,
        "paid_at": row.paid_at,
        "ship_by": row.ship_by,
        "currency": row.currency,
        "total": money(row.total),
        "cash_on_delivery": row.cash_on_delivery,
        "courier": row.courier,
        "buyer": row.buyer,
        "country": row.country,
        "first_seen_at": row.first_seen_at,
        "changed_at": row.changed_at,
        "wish_overruled_at": row.wish_overruled_at,
        "lines": [line(one) for one in lines],
        "problems": [open_problem(one) for one in problems],
    }


def line(row: orders.OrderLine) -> shown.Line:
    """An order line."""
    return shown.Line(
        id=row.pk,
        key=row.key,
        sku=row.sku,
        name=row.name,
        quantity=row.quantity,
        unit_price=money(row.unit_price),
        bound=row.bound,
    )


def open_problem(row: orders.OrderProblem) -> shown.OpenProblem:
    """A cause that holds an order."""
    title = str(ProblemCause(row.cause).label) if row.cause in ProblemCause.values else row.cause
    return shown.OpenProblem(cause=row.cause, title=title, since=row.opened_at, evidence=dict(row.evidence))


def recipient(row: orders.Order) -> shown.Recipient:
    """Where the order goes."""
    return shown.Recipient(
        name=row.recipient_name,
        phone=row.recipient_phone,
        email=row.recipient_email,
        lines=list(row.address_lines),
        district=row.district,
        city=row.city,
        province=row.province,
        postal_code=row.postal_code,
        country=row.country,
    )


# -- outbound lists -------------------------------------------------------------------------------------------------


def list_ref(row: outbound.Outbound) -> shown.ListRef:
    """An outbound list in brief."""
    return shown.ListRef(
        id=row.pk,
        reference=row.reference,
        warehouse_id=row.warehouse_id,
        push=PushState(row.push),
        task=TaskState(row.task),
        blocked_by=row.blocked_by,
    )


PLAIN = (
    "reference",
    "order_id",
    "reserved",
    "push",
    "push_attempts",
    "push_error_code",
    "push_error_message",
    "pushed_at",
    "look",
    "looked_at",
    "partner_number",
    "task",
    "task_raw",
    "task_reason",
    "completed_at",
    "shipment",
    "shipment_error_message",
    "awb",
    "courier",
    "awb_given",
    "push_warning",
    "warning_settled_at",
    "cancellation",
    "cancellation_reason",
    "settled_at",
    "settled_note",
    "confirmation",
    "confirmed_at",
    "blocked_by",
    "blocked_since",
    "created_at",
)


def outbound_fields(row: outbound.Outbound) -> dict[str, object]:
    """What list and detail have in common."""
    return {
        "id": row.pk,
        "external_id": row.order.external_id,
        "store": store_ref(row.store),
        "warehouse": warehouse_ref(row.warehouse),
        "has_label": row.label_id is not None,
        **{name: getattr(row, name) for name in PLAIN},
    }


def outbound_details(lists: Sequence[GatedList]) -> list[shown.OutboundDetail]:
    """Outbound lists with every gate as judged now, and their race against the warehouse."""
    run = race_fields([gated.outbound for gated in lists])
    return [_outbound_detail(gated, run[gated.outbound.pk]) for gated in lists]


def outbound_detail(gated: GatedList) -> shown.OutboundDetail:
    """:func:`outbound_details` of one."""
    return outbound_details([gated])[0]


def _outbound_detail(gated: GatedList, run: Mapping[str, object]) -> shown.OutboundDetail:
    lines = [
        shown.OutboundLine(order_line_id=one.order_line_id, msku=one.product.msku, quantity=one.quantity)
        for one in gated.lines
    ]
    why = [gate(gated, result) for result in gated.gates]
    return shown.OutboundDetail.model_validate(
        {
            **outbound_fields(gated.outbound),
            "lines": lines,
            "why": why,
            **run,
        }
    )


def gate(gated: GatedList, result: GateResult) -> shown.Gate:
    """A gate with its texts; what decides is what is shown (R88)."""
    name = str(GATE_NAMES.get(result.gate, result.gate))
    if result.open:
        return shown.Gate(gate=result.gate, name=name, open=True)
    evidence = dict(result.evidence or {})
    text = gate_text(result.code, evidence) if result.code in GATE_TEXTS else None
    return shown.Gate(
        gate=result.gate,
        name=name,
        open=False,
        since=gated.since(result.gate),
        code=result.code,
        title=str(text.title) if text else result.code,
        cause=str(text.cause).strip() if text else "",
        next_action=str(text.cure) if text else "",
        who=text.who if text else "developer",
        evidence=evidence,
    )


def event(told: Event) -> shown.Event:
    """A line of an order's history."""
    return shown.Event(
        at=told.at,
        kind=told.kind,
        side=told.side,
        title=told.title,
        detail=told.detail,
        outbound_id=told.outbound_id,
        origin=told.origin,
        target=told.target,
        actor=told.actor,
        by=told.by,
        cause=told.cause,
        message=told.said,
        exchange_id=told.exchange.pk if told.exchange else None,
        message_id=told.message_id,
        run_id=told.run_id,
    )


# -- stock and runs -------------------------------------------------------------------------------------------------


def stock_row(row: StockRow) -> shown.Balance:
    """Figures of a product in a warehouse."""
    held = row.balance
    return shown.Balance(
        id=held.pk,
        warehouse=warehouse_ref(row.warehouse),
        msku=row.product.msku,
        name=row.product.name,
        on_hand=held.on_hand,
        reserved=held.reserved,
        free=held.free,
        incoming=held.incoming,
        disputed=held.disputed,
        low_at=held.low_at,
        low=bool(held.low),
        days_of_cover=row.cover,
        push=row.added.push if row.added else None,
        push_reason=row.reason,
    )


def movement(row: stock.Movement, after: After) -> shown.Movement:
    """A line of the ledger."""
    return shown.Movement(
        id=row.pk,
        at=row.at,
        cause=stock.MovementCause(row.cause),
        cause_id=row.cause_id,
        on_hand=row.d_on_hand,
        reserved=row.d_reserved,
        incoming=row.d_incoming,
        disputed=row.d_disputed,
        on_hand_after=after.on_hand,
        reserved_after=after.reserved,
        incoming_after=after.incoming,
        disputed_after=after.disputed,
        actor=row.actor,
        reason=row.reason,
        note=row.note,
    )


RUN = (
    "trigger",
    "source",
    "state",
    "window_since",
    "window_until",
    "file_name",
    "file_format",
    "found",
    "created",
    "updated",
    "unchanged",
    "failed",
    "error_code",
    "error_message",
    "next_at",
    "created_at",
    "started_at",
    "finished_at",
    "orders_per_second",
)


def run(row: orders.SyncRun) -> shown.Run:
    """A run."""
    plain = {name: getattr(row, name) for name in RUN}
    return shown.Run.model_validate({"id": row.pk, "store": store_ref(row.store), **plain})


def reason(code: str, detail: Mapping[str, str] | None) -> str:
    """The words for what is wrong with a row of a run."""
    given = dict(detail or {})
    if code in MESSAGES:
        return str(MESSAGES[code]) % given
    if code in PROBLEMS:
        return describe(code, given).cause
    if code in ROW_REASONS:
        return str(ROW_REASONS[code])
    return str(given.get("message") or given.get("reason") or "")


def run_row(row: orders.SyncRunRow) -> shown.RunRow:
    """What became of an order in a run."""
    return shown.RunRow(
        external_id=row.external_id,
        outcome=row.outcome,
        line=row.line,
        column=row.column,
        code=row.code,
        reason=reason(row.code, row.detail),
    )
