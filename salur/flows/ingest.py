"""Orders into the hub: page, file or API call become one batch, and one batch becomes one transaction (R138, R144).

merge → bind → route → reserve → outbound lists → gates → rows of the run; about one statement per table, whatever
the batch's size. A batch that fails is halved until the culprit stands alone, so one bad order blocks no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psycopg
import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from salur.catalog.bindings import Part, parts_of
from salur.connectors.base.types import StoreOrder
from salur.foundation.staging import stage
from salur.orders.merge import LineRow, Merged, merge_lines, merge_orders, take_ids
from salur.orders.models import OrderSource, SyncRun
from salur.outbound.address import gaps
from salur.outbound.facts import StoreFacts, store_facts
from salur.outbound.judge import Verdicts
from salur.tenancy.scope import current_scope, merchant_scope

from .changes import follow_changed_orders, take_awbs, take_back_changed_goods
from .hold_rules import hold_new
from .planned_orders import PlanLine, PlanOrder
from .planning import plan_again, plan_orders
from .recheck import look_again_at
from .wakeups import wake_after

log = structlog.get_logger(__name__)


class RunRow(NamedTuple):
    """What became of one order or one bad row in a run; ``line`` is 1-based in the file.

    Fields stand in the order of ``ROW_COLUMNS``, so that a row is copied as it is.
    """

    external_id: str
    outcome: str  # created | updated | unchanged | failed
    line: int | None = None
    column: str = ""
    code: str = ""
    detail: dict[str, str] | None = None


@dataclass(slots=True)
class BatchResult:
    """Counts of one batch; failed orders stand in the run's rows with their reason."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0

    def add(self, other: BatchResult) -> None:
        """Sum up."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.failed += other.failed


class Incoming(NamedTuple):
    """An order with the place it came from (the file's line, where there is one)."""

    order: StoreOrder
    line: int | None = None


def ingest_batch(
    merchant_id: int,
    store_id: int,
    source: str,
    batch: Sequence[Incoming],
    *,
    run_id: int,
    actor: str,
    bad_rows: Sequence[RunRow] = (),
    with_batch: Callable[[BatchResult, bool], None] | None = None,
    last: bool = True,
) -> BatchResult:
    """Bring one batch in, in one transaction of its own, with the run's rows.

    ``with_batch(counts, last)`` runs inside that transaction, so that cursor and progress stand or fall with the
    orders; a batch that had to be halved calls it once a piece, ``last`` with the last one only. ``bad_rows`` are rows
    that never became orders.
    """
    newest = _newest(batch)
    try:
        with merchant_scope(merchant_id, actor=actor, cause=f"run:{run_id}"):
            result = _ingest(store_id, source, newest, run_id, bad_rows)
            if with_batch is not None:
                with_batch(result, last)
            return result
    except (DatabaseError, psycopg.DataError) as error:
        if isinstance(error, OperationalError | InterfaceError):
            raise  # the database itself is in trouble: no order's fault
        return _halved(merchant_id, store_id, source, newest, run_id, actor, bad_rows, with_batch, error, last)


def _halved(
    merchant_id: int,
    store_id: int,
    source: str,
    batch: Sequence[Incoming],
    run_id: int,
    actor: str,
    bad_rows: Sequence[RunRow],
    with_batch: Callable[[BatchResult, bool], None] | None,
    error: Exception,
    last: bool,
) -> BatchResult:
    """The batch failed as one: try its halves, and set the single order aside that cannot be stored."""
    total = BatchResult()
    if len(batch) <= 1:
        log.warning("order_set_aside", run=run_id, orders=[i.order.external_id for i in batch], error=str(error))
        refused = [
            RunRow(i.order.external_id, "failed", i.line, "", "not_storable", {"reason": str(error).split("\n")[0]})
            for i in batch
        ]
        with merchant_scope(merchant_id, actor=actor, cause=f"run:{run_id}"):
            total = _ingest(store_id, source, [], run_id, [*bad_rows, *refused])
            if with_batch is not None:
                with_batch(total, last)
        return total
    middle = len(batch) // 2
    for part, rows, ends in ((batch[:middle], bad_rows, False), (batch[middle:], (), last)):
        total.add(
            ingest_batch(
                merchant_id,
                store_id,
                source,
                part,
                run_id=run_id,
                actor=actor,
                bad_rows=rows,
                with_batch=with_batch,
                last=ends,
            )
        )
    return total


def _newest(batch: Sequence[Incoming]) -> list[Incoming]:
    """Of several sights of one order in a batch the newest counts."""
    by_id: dict[str, Incoming] = {}
    for incoming in batch:
        known = by_id.get(incoming.order.external_id)
        if known is None or known.order.version <= incoming.order.version:
            by_id[incoming.order.external_id] = incoming
    return list(by_id.values())


def _ingest(
    store_id: int, source: str, batch: Sequence[Incoming], run_id: int, bad_rows: Sequence[RunRow]
) -> BatchResult:
    result = BatchResult(failed=len(bad_rows))
    rows = list(bad_rows)
    if batch:
        store = store_facts([store_id])[store_id]
        merged = merge_orders(store_id, source, [i.order for i in batch], currency=store.currency)
        parts = parts_of(store_id, {line.sku for i in batch for line in i.order.lines})
        wake_after(_carry_on(store, batch, merged, parts))
        look_again_at([m.id for m in merged.values()])
        listed = source != OrderSource.SYNC or (len(merged) < len(batch) and _asked_for(run_id))
        for incoming in batch:
            known = merged.get(incoming.order.external_id)
            if known is None and not listed:
                continue  # a poll sees the same orders again and again: their number is enough
            outcome = "unchanged" if known is None else "created" if known.created else "updated"
            rows.append(RunRow(incoming.order.external_id, outcome, incoming.line))
        result.created = sum(1 for m in merged.values() if m.created)
        result.updated = len(merged) - result.created
        result.unchanged = len(batch) - len(merged)
    _write_rows(run_id, rows)
    return result


BY_THEMSELVES = ("schedule", "webhook", "last_look")


def _asked_for(run_id: int) -> bool:
    """Whether somebody asked for the run, who then wants to see every order of it."""
    return not SyncRun.objects.filter(pk=run_id, trigger__in=BY_THEMSELVES).exists()


def _carry_on(
    store: StoreFacts,
    batch: Sequence[Incoming],
    merged: dict[str, Merged],
    parts: dict[str, tuple[Part, ...]],
) -> Verdicts:
    """Lines of what is new or changed, lists for what has none, consequences for what has some."""
    sights = [(i.order, m) for i in batch if (m := merged.get(i.order.external_id)) is not None]
    changed = {m.id: order for order, m in sights if not m.created}
    kept = take_back_changed_goods(changed) if changed else frozenset[int]()
    sights = [(order, m) for order, m in sights if m.id not in kept]
    line_ids = iter(take_ids("orders_orderline", sum(len(order.lines) for order, _ in sights)))
    lines: list[LineRow] = []
    fresh: list[PlanOrder] = []
    for order, known in sights:
        own = [
            LineRow(
                next(line_ids),
                known.id,
                line.key,
                line.sku,
                line.name,
                line.quantity,
                line.unit_price,
                line.item_id,
                line.model_id,
                line.sku in parts,
            )
            for line in order.lines
        ]
        lines += own
        if known.created:
            fresh.append(_plan_order(store, order, known, own))
    merge_lines(lines, fresh=not changed)
    verdicts = plan_orders(hold_new(fresh, store, parts), parts)
    if changed:
        _add(verdicts, plan_again(changed))
        verdicts.due.extend(take_awbs(changed))
        _add(verdicts, follow_changed_orders(list(changed)))
    return verdicts


def _add(verdicts: Verdicts, more: Verdicts) -> None:
    verdicts.ready.extend(more.ready)
    verdicts.due.extend(more.due)


def _plan_order(store: StoreFacts, order: StoreOrder, known: Merged, lines: Sequence[LineRow]) -> PlanOrder:
    return PlanOrder(
        id=known.id,
        store_id=store.id,
        status=known.status,
        raw_status=order.raw_status,
        courier=order.courier,
        country=order.address.country,
        lines=tuple(PlanLine(line.id, line.sku, line.quantity) for line in lines),
        awb=order.awb,
        package=order.package,
        province=order.address.province,
        city=order.address.city,
        postal_code=order.address.postal_code,
        currency=order.currency,
        total=order.total,
        cash_on_delivery=order.cash_on_delivery,
        gaps=gaps(
            order.address.name,
            order.address.phone,
            order.address.lines,
            order.address.city,
            order.address.postal_code,
            order.address.country or store.country,
        ),
    )


ROW_COLUMNS = (
    ("external_id", "text"),
    ("outcome", "text"),
    ("line", "int"),
    ("column_name", "text"),
    ("code", "text"),
    ("detail", "jsonb"),
)
INSERT_ROWS = """
INSERT INTO orders_syncrunrow (merchant_id, run_id, external_id, outcome, line, "column", code, detail)
SELECT %s, %s, external_id, outcome, line, column_name, code, detail FROM salur_in_run_row
"""


def _storable(row: RunRow) -> tuple[str | int | None, ...]:
    """PostgreSQL's text holds no NUL, which is why such an order failed."""
    detail = None if row.detail is None else json.dumps(row.detail)
    return (row.external_id.replace("\x00", "\ufffd"), *row[1:5], detail)


def _write_rows(run_id: int, rows: Sequence[RunRow]) -> None:
    if not rows:
        return
    stage(
        "salur_in_run_row",
        ROW_COLUMNS,
        (row if row.detail is None and "\x00" not in row.external_id else _storable(row) for row in rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ROWS, [current_scope().merchant_id, run_id])
