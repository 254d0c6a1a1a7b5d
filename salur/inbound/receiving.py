"""What a report on an inbound list means, without touching anything: totals become receipts (R67, R68, A12).

Reports give totals so far, never increments. Of each SKU the highest total counts: a repeated, late or smaller one
receives nothing, so the ledger rises by each piece once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from salur.connectors.base.inbound import InboundLineReport, InboundReport, InboundTask
from salur.connectors.base.types import Unmapped

from .models import ReceiptKind
from .states import ENDED, TASK, InboundFlag, InboundTaskState


@dataclass(slots=True)
class LineState:
    """A line as it stands; ``expected`` pieces of it are still in the balance's incoming.

    ``arrived`` pieces were reported, ``received`` are stock already.
    """

    id: int
    product_id: int
    sku: str
    batch: str
    quantity: int
    received: int
    damaged: int
    expected: int
    arrived: int = 0


@dataclass(slots=True)
class ListState:
    """A list as it stands. ``by_batch``: pieces received so far by (SKU, batch) as the warehouse named them."""

    id: int
    warehouse_id: int
    task: str
    version: datetime | None
    raw: str
    reason: str
    flags: list[str]
    lines: list[LineState]
    by_batch: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One row of evidence to be written. ``taken`` of its pieces were expected. ``line`` None: no line of ours."""

    line: LineState | None
    kind: ReceiptKind
    sku: str
    pieces: int = 0
    damaged: int = 0
    batch: str = ""
    expires_on: date | None = None
    total: int = 0
    total_damaged: int = 0
    taken: int = 0


@dataclass(slots=True)
class Taken:
    """What one report did: receipts, and by line the expected pieces that will not come any more."""

    receipts: list[Receipt] = field(default_factory=list)
    left: list[tuple[LineState, int]] = field(default_factory=list)
    unmapped: bool = False


def take_report(state: ListState, report: InboundReport, *, at_once: bool = True) -> Taken | None:
    """Apply a report to the state (which changes); None: it is older than what is known.

    ``at_once`` false: goods become stock when the warehouse has completed the list (R67, A12). Until then what has
    come is only shown.
    """
    if report.version is not None and state.version is not None and report.version < state.version:
        return None
    taken = Taken(unmapped=isinstance(report.status, Unmapped))
    state.version = report.version or state.version
    state.raw, state.reason = report.raw_status, report.reason
    before, state.task = state.task, next_task(state.task, report.status)
    if report.lines is not None:
        _note_arrivals(state, report.lines)
        if at_once or before in ENDED or state.task in ENDED:
            taken.receipts = _take_quantities(state, report.lines)
    if state.task in ENDED:
        taken.left = _give_up_rest(state.lines)
        nothing = report.lines is None and not any(line.received for line in state.lines)
        if state.task == InboundTaskState.COMPLETED and nothing:
            _flag(state, InboundFlag.NO_QUANTITIES, on=True)
    return taken


def next_task(task: str, reported: InboundTask | Unmapped) -> str:
    """The task the report leads to; a status that is not known, or a step that is not listed, leaves it."""
    if isinstance(reported, Unmapped) or reported == InboundTask.NONE or not TASK.allows(task, str(reported)):
        return task
    return str(reported)


def receive_total(state: ListState, line: LineState, total: int, total_damaged: int) -> list[Receipt]:
    """Somebody counted a line by hand: totals so far, which may not be less than before."""
    receipts = []
    if total > line.received:
        receipts.append(_onto(line, total - line.received, _Row(line.batch, None, total), total, total_damaged))
    if total_damaged > line.damaged:
        receipts.append(_damage(line, total_damaged - line.damaged, total, total_damaged))
    _flag(state, InboundFlag.OVER_RECEIVED, on=_over(state.lines))
    return receipts


def give_up_rest(state: ListState) -> list[tuple[LineState, int]]:
    """Nothing more will come: what every line still expected, which it expects no more."""
    return _give_up_rest(state.lines)


def _note_arrivals(state: ListState, reported: Iterable[InboundLineReport]) -> None:
    """What has come so far, spread over the lines of its SKU; a smaller figure than before changes nothing."""
    totals: dict[str, int] = {}
    for said in reported:
        totals[said.sku] = totals.get(said.sku, 0) + max(0, said.received)
    for sku, total in totals.items():
        lines = [line for line in state.lines if line.sku == sku]
        if not lines or total <= sum(line.arrived for line in lines):
            continue
        for line in lines:
            line.arrived = min(total, line.quantity)
            total -= line.arrived
        lines[0].arrived += total


# -- quantities -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """What a report says of one SKU's batch."""

    batch: str
    expires_on: date | None
    received: int


def _take_quantities(state: ListState, reported: Iterable[InboundLineReport]) -> list[Receipt]:
    rows: dict[str, dict[str, _Row]] = {line.sku: {} for line in state.lines}
    damaged: dict[str, int] = {}
    for said in reported:
        row = rows.setdefault(said.sku, {}).setdefault(said.batch, _Row(said.batch, said.expires_on, 0))
        row.received += max(0, said.received)
        row.expires_on = row.expires_on or said.expires_on
        damaged[said.sku] = damaged.get(said.sku, 0) + max(0, said.damaged)
    receipts: list[Receipt] = []
    fell = unknown = False
    for sku, batches in rows.items():
        lines = [line for line in state.lines if line.sku == sku]
        total, total_damaged = sum(row.received for row in batches.values()), damaged.get(sku, 0)
        if not lines:
            if total or total_damaged:
                unknown = True
                receipts.append(_evidence(ReceiptKind.UNKNOWN_SKU, sku, total, total_damaged))
            continue
        before = sum(line.received for line in lines)
        if total < before:
            fell = True
            receipts.append(_evidence(ReceiptKind.FELL, sku, total, total_damaged))
        receipts += _rise(state, lines, list(batches.values()), total - before, total_damaged)
        rise_damaged = total_damaged - sum(line.damaged for line in lines)
        if rise_damaged > 0:
            receipts.append(_damage(lines[0], rise_damaged, total, total_damaged))
    _flag(state, InboundFlag.TOTAL_FELL, on=fell)
    _flag(state, InboundFlag.UNKNOWN_SKU, on=unknown)
    _flag(state, InboundFlag.OVER_RECEIVED, on=_over(state.lines))
    return receipts


def _rise(
    state: ListState, lines: Sequence[LineState], batches: Sequence[_Row], rise: int, damaged: int
) -> list[Receipt]:
    """The pieces that are new, by the batches that grew, never more than the SKU's total rose."""
    receipts = []
    total = sum(row.received for row in batches)
    for row in batches:
        key = (lines[0].sku, row.batch)
        grown = min(max(0, row.received - state.by_batch.get(key, 0)), max(0, rise))
        if not grown:
            continue
        rise -= grown
        state.by_batch[key] = state.by_batch.get(key, 0) + grown
        for line, pieces in _spread(lines, row.batch, grown):
            receipts.append(_onto(line, pieces, row, total, damaged))
    return receipts


def _spread(lines: Sequence[LineState], batch: str, pieces: int) -> list[tuple[LineState, int]]:
    """Lines of the same batch first, then in order; what no line announced goes on top of the first of them."""
    ordered = sorted(lines, key=lambda line: line.batch != batch)
    parts: dict[int, int] = {}
    for line in ordered:
        part = min(pieces, max(0, line.quantity - line.received))
        parts[line.id] = part
        pieces -= part
    parts[ordered[0].id] += pieces
    return [(line, parts[line.id]) for line in ordered if parts[line.id]]


def _onto(line: LineState, pieces: int, row: _Row, total: int, total_damaged: int) -> Receipt:
    taken = min(pieces, line.expected)
    line.received += pieces
    line.arrived = max(line.arrived, line.received)
    line.expected -= taken
    return Receipt(
        line,
        ReceiptKind.RECEIVED,
        line.sku,
        pieces=pieces,
        batch=row.batch,
        expires_on=row.expires_on,
        total=total,
        total_damaged=total_damaged,
        taken=taken,
    )


def _damage(line: LineState, pieces: int, total: int, total_damaged: int) -> Receipt:
    line.damaged += pieces
    return Receipt(
        line, ReceiptKind.RECEIVED, line.sku, damaged=pieces, batch=line.batch, total=total, total_damaged=total_damaged
    )


def _evidence(kind: ReceiptKind, sku: str, total: int, total_damaged: int) -> Receipt:
    return Receipt(None, kind, sku, total=total, total_damaged=total_damaged)


def _give_up_rest(lines: Iterable[LineState]) -> list[tuple[LineState, int]]:
    left = [(line, line.expected) for line in lines if line.expected]
    for line, _ in left:
        line.expected = 0
    return left


def _over(lines: Sequence[LineState]) -> bool:
    planned: dict[str, int] = {}
    for line in lines:
        planned[line.sku] = planned.get(line.sku, 0) + line.received - line.quantity
    return any(beyond > 0 for beyond in planned.values())


def _flag(state: ListState, flag: InboundFlag, *, on: bool) -> None:
    kept = set(state.flags) - {str(flag)}
    state.flags = sorted(kept | {str(flag)} if on else kept)
