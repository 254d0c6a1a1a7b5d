"""What pages and the API read of inbound lists. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from salur.foundation.paging import keyset_page
from salur.integrations.models import ExchangeRecord
from salur.integrations.queries import exchanges_about
from salur.tenancy.models import Transition
from salur.tenancy.queries import moves_of

from .models import InboundLine, InboundList, InboundPushAttempt, InboundReceipt
from .states import MACHINES, InboundPushState, InboundTaskState


@dataclass(frozen=True)
class InboundFilter:
    """What the list of inbound lists shows; empty means all.

    ``search`` is the beginning of our reference, or the partner's number, a tracking number or an MSKU in full.
    ``flagged``: only lists whose reports somebody should look at.
    """

    warehouse: int | None = None
    push: str = ""
    task: str = ""
    search: str = ""
    flagged: bool = False


@dataclass(frozen=True)
class InboundRow:
    """A list as the list of lists shows it; pieces over all lines.

    ``arrived`` good pieces were reported so far, ``received`` of them are stock already.
    """

    inbound: InboundList
    lines: int
    quantity: int
    arrived: int
    received: int
    damaged: int


@dataclass(frozen=True)
class InboundPage:
    """One page of rows with the cursors of its neighbours."""

    rows: list[InboundRow]
    next_cursor: str | None
    previous_cursor: str | None


def _lists(wanted: InboundFilter) -> QuerySet[InboundList]:
    rows = InboundList.objects.select_related("warehouse", "account")
    if wanted.warehouse:
        rows = rows.filter(warehouse_id=wanted.warehouse)
    if wanted.push in InboundPushState.values:
        rows = rows.filter(push=wanted.push)
    if wanted.task in InboundTaskState.values:
        rows = rows.filter(task=wanted.task)
    if wanted.flagged:
        rows = rows.exclude(flags=[])
    if text := wanted.search.strip():
        named = InboundLine.objects.filter(inbound_id=OuterRef("pk"), product__msku=text)
        found = Q(reference__startswith=text.upper()) | Q(partner_number=text) | Q(tracking=text)
        rows = rows.filter(found | Q(Exists(named)))
    return rows


def inbound_rows(wanted: InboundFilter, cursor: str | None, size: int = 50) -> InboundPage:
    """Inbound lists, the newest first, with their sums. Raises :class:`salur.foundation.paging.BadCursor`."""
    page = keyset_page(_lists(wanted), order=["-id"], cursor=cursor, size=size)
    sums = _sums(row.pk for row in page.rows)
    return InboundPage([_row(row, sums) for row in page.rows], page.next_cursor, page.previous_cursor)


def _sums(list_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = InboundLine.objects.filter(inbound_id__in=list(list_ids)).values("inbound_id").order_by()
    sums = rows.annotate(
        lines=Count("id"),
        pieces=Sum("quantity"),
        there=Sum(Greatest("arrived", "received")),
        got=Sum("received"),
        broken=Sum("damaged"),
    )
    return {row["inbound_id"]: dict(row) for row in sums}


def _row(row: InboundList, sums: dict[int, dict[str, Any]]) -> InboundRow:
    found = sums.get(row.pk, {"lines": 0, "pieces": 0, "there": 0, "got": 0, "broken": 0})
    return InboundRow(row, found["lines"], found["pieces"], found["there"], found["got"], found["broken"])


def find_inbound(list_id: int) -> InboundList | None:
    """One list of the scope's merchant."""
    return InboundList.objects.select_related("warehouse", "account").filter(pk=list_id).first()


def find_by_reference(reference: str) -> InboundList | None:
    """One list by our reference."""
    return InboundList.objects.select_related("warehouse", "account").filter(reference=reference).first()


@dataclass(frozen=True)
class InboundStory:
    """One list with everything that is known of it: lines, receipts, tries, moves and calls, each oldest first."""

    inbound: InboundList
    lines: list[InboundLine]
    receipts: list[InboundReceipt]
    attempts: list[InboundPushAttempt]
    moves: list[Transition]
    exchanges: list[ExchangeRecord] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        """Pieces announced."""
        return sum(line.quantity for line in self.lines)

    @property
    def arrived(self) -> int:
        """Good pieces that the warehouse has reported so far."""
        return sum(max(line.arrived, line.received) for line in self.lines)

    @property
    def received(self) -> int:
        """Good pieces that are stock."""
        return sum(line.received for line in self.lines)


def story_of(inbound: InboundList) -> InboundStory:
    """All about one list."""
    subjects = [(machine.name, [inbound.pk]) for machine in MACHINES]
    return InboundStory(
        inbound,
        lines_of([inbound.pk]).get(inbound.pk, []),
        list(InboundReceipt.objects.filter(inbound=inbound).select_related("line__product").order_by("id")),
        list(InboundPushAttempt.objects.filter(inbound=inbound).order_by("id")),
        moves_of(subjects),
        exchanges_about([inbound.reference]),
    )


def lines_of(list_ids: Sequence[int]) -> dict[int, list[InboundLine]]:
    """Lines by list, with their products."""
    found: dict[int, list[InboundLine]] = {}
    rows = InboundLine.objects.filter(inbound_id__in=list(list_ids)).select_related("product")
    for line in rows.order_by("inbound_id", "id"):
        found.setdefault(line.inbound_id, []).append(line)
    return found


def links_of_receipts(receipt_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """(list id, reference) by receipt: what a RECEIVE movement in the ledger belongs to."""
    rows = InboundReceipt.objects.filter(pk__in=set(receipt_ids)).values_list("pk", "inbound_id", "inbound__reference")
    return {receipt: (inbound, reference) for receipt, inbound, reference in rows}


def links_of_lists(list_ids: Iterable[int]) -> dict[int, str]:
    """References by list: what an EXPECT or UNEXPECT movement belongs to."""
    return dict(InboundList.objects.filter(pk__in=set(list_ids)).values_list("pk", "reference"))


@dataclass(frozen=True)
class InboundFigures:
    """All lists at a glance."""

    by_push: dict[str, int]
    open_by_task: dict[str, int]
    flagged: int


def inbound_figures() -> InboundFigures:
    """Lists by push state, pushed ones by the warehouse's view, and how many have something odd about them."""
    rows = list(
        InboundList.objects.values("push", "task")
        .annotate(n=Count("id"), odd=Count("id", filter=~Q(flags=[])))
        .order_by()
    )
    by_push: dict[str, int] = {}
    by_task: dict[str, int] = {}
    for row in rows:
        by_push[row["push"]] = by_push.get(row["push"], 0) + row["n"]
        if row["push"] == InboundPushState.PUSHED:
            by_task[row["task"]] = by_task.get(row["task"], 0) + row["n"]
    return InboundFigures(by_push, by_task, sum(row["odd"] for row in rows))
