"""What pages read of orders, problems and sync runs. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from salur.foundation.paging import Keyset, keyset_page
from salur.tenancy.counting import Counted, counts_by, groups_by

from .models import RETRY_OF, ZONE, Order, OrderLine, OrderProblem, OrderSource, SyncRun, SyncRunRow
from .problems import ProblemCause
from .states import OrderState, RunState

LARGEST_CHARACTER = chr(0x10FFFF)


def status_counts() -> dict[str, Counted]:
    """Orders by status; each counted up to a limit."""
    return counts_by(Order, "status", OrderState.values)


def number_begins(prefix: str, at: str = "") -> Q:
    """That an order's number begins so, the store's or the one people use, with its ``#`` or without.

    Ranges, because under row-level security LIKE reaches no index (design 11). ``at`` leads to the order's columns.
    """

    def between(column: str, first: str) -> Q:
        return Q(**{f"{at}{column}__gte": first, f"{at}{column}__lte": first + LARGEST_CHARACTER})

    named = between("number", prefix)
    if not prefix.startswith("#"):
        named |= between("number", f"#{prefix}")
    return between("external_id", prefix) | named & ~Q(**{f"{at}number": ""})


def has_number(numbers: Iterable[str], at: str = "") -> Q:
    """That an order has exactly one of these numbers, the store's or the one people use, with its ``#`` or without.

    ``at`` leads to the order's columns. Which of an order's own names it was: :attr:`Order.names`.
    """
    wanted = {number for number in numbers if number}
    return Q(**{f"{at}external_id__in": wanted}) | (
        Q(**{f"{at}number__in": wanted | {f"#{number}" for number in wanted}}) & ~Q(**{f"{at}number": ""})
    )


def with_prefix(orders: QuerySet[Order], prefix: str) -> QuerySet[Order]:
    """See :func:`number_begins`."""
    return orders.filter(number_begins(prefix))


def lines_of(order_ids: Iterable[int]) -> dict[int, list[OrderLine]]:
    """Lines by order."""
    found: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order_id__in=list(order_ids)).order_by("order_id", "id"):
        found.setdefault(line.order_id, []).append(line)
    return found


def open_problems_of(order_ids: Iterable[int]) -> dict[int, list[OrderProblem]]:
    """Open problems by order."""
    found: dict[int, list[OrderProblem]] = {}
    rows = OrderProblem.objects.filter(order_id__in=list(order_ids), closed_at__isnull=True).order_by("id")
    for problem in rows:
        found.setdefault(problem.order_id, []).append(problem)
    return found


def orders_held_by(cause: str, order_ids: Iterable[int]) -> set[int]:
    """Those of the orders that an open problem of this cause holds."""
    rows = OrderProblem.objects.filter(order_id__in=list(order_ids), cause=cause, closed_at__isnull=True)
    return set(rows.values_list("order_id", flat=True))


@dataclass(frozen=True)
class UnlinkedSku:
    """A SKU of open orders that means no master product yet."""

    store_id: int
    store_name: str
    sku: str
    lines: int


def unlinked_skus(limit: int = 50) -> list[UnlinkedSku]:
    """SKUs that hold orders back, the most wanted first."""
    held = OrderProblem.objects.filter(cause="unmapped_sku", closed_at__isnull=True).values("order_id")
    rows = (
        OrderLine.objects.filter(bound=False, order_id__in=held)
        .exclude(sku="")
        .values("order__store_id", "order__store__name", "sku")
        .annotate(lines=Count("id"))
        .order_by("-lines", "sku")[:limit]
    )
    return [UnlinkedSku(r["order__store_id"], r["order__store__name"], r["sku"], r["lines"]) for r in rows]


@dataclass(frozen=True)
class ProblemGroup:
    """Orders held by one cause. ``more``: there are more than were counted."""

    cause: str
    count: int
    oldest: datetime
    more: bool = False


def problem_groups(cause: str = "") -> list[ProblemGroup]:
    """Open problems by cause (or of one), the largest group first; of each cause the first, up to a limit."""
    causes = [cause] if cause else ProblemCause.values
    groups = groups_by(OrderProblem, "cause", causes, since="opened_at", only="closed_at IS NULL")
    return [ProblemGroup(one, counted.count, oldest, counted.more) for one, counted, oldest in groups]


def problem_examples(causes: Sequence[str], each: int = 5) -> dict[str, list[OrderProblem]]:
    """A few open problems of each cause with their orders, the latest first."""
    found: dict[str, list[OrderProblem]] = {}
    for cause in causes:  # the number of causes is fixed by the catalogue, not by the data
        rows = OrderProblem.objects.filter(closed_at__isnull=True, cause=cause).select_related("order")
        found[cause] = list(rows.order_by("-id")[:each])
    return found


# -- sync runs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunFilter:
    """What the list of sync reports shows."""

    store: int | None = None
    source: str = ""
    state: str = ""


def _runs() -> QuerySet[SyncRun]:
    """Without what a run keeps for itself; ``zone`` and ``retry_of`` are picked out of it for reports."""
    rows = SyncRun.objects.select_related("store").defer("progress")
    return rows.annotate(zone=KeyTextTransform(ZONE, "progress"), retry_of=KeyTextTransform(RETRY_OF, "progress"))


def run_page(wanted: RunFilter, cursor: str | None, size: int = 50) -> Keyset[SyncRun]:
    """Sync runs, the newest first."""
    rows = _runs()
    if wanted.store:
        rows = rows.filter(store_id=wanted.store)
    if wanted.source in OrderSource.values:
        rows = rows.filter(source=wanted.source)
    if wanted.state in RunState.values:
        rows = rows.filter(state=wanted.state)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def last_runs(count: int, store_id: int | None = None) -> list[SyncRun]:
    """The newest runs, of one store or of all."""
    rows = _runs().filter(store_id=store_id) if store_id else _runs()
    return list(rows.order_by("-id")[:count])


def find_run(run_id: int) -> SyncRun | None:
    """One run of the scope's merchant."""
    return _runs().filter(pk=run_id).first()


def run_outcomes(run_id: int) -> dict[str, int]:
    """Rows of a run by outcome."""
    rows = SyncRunRow.objects.filter(run_id=run_id).values("outcome").annotate(n=Count("id"))
    return {row["outcome"]: row["n"] for row in rows}


def run_rows(run_id: int, outcome: str, cursor: str | None, size: int = 50) -> Keyset[SyncRunRow]:
    """Rows of a run, of one outcome or of all, in the order in which they came."""
    rows = SyncRunRow.objects.filter(run_id=run_id)
    if outcome:
        rows = rows.filter(outcome=outcome)
    return keyset_page(rows, order=["id"], cursor=cursor, size=size)


def all_rows(run_id: int) -> Iterator[SyncRunRow]:
    """Every row of a run, the failed ones first."""
    for outcome in ("failed", "created", "updated", "unchanged"):
        yield from rows_of_outcome(run_id, outcome)


def rows_of_outcome(run_id: int, outcome: str, after: int = 0, size: int = 1000) -> Iterator[SyncRunRow]:
    """Every row of a run with one outcome, read in pages so that a large run does not fill the memory."""
    while True:
        rows = SyncRunRow.objects.filter(run_id=run_id, outcome=outcome, pk__gt=after)
        page = list(rows.order_by("pk")[:size])
        yield from page
        if len(page) < size:
            return
        after = page[-1].pk


def orders_by_number(store_id: int, numbers: Iterable[str]) -> dict[str, Order]:
    """A store's orders by their number there; their numbers only are read."""
    rows = Order.objects.filter(store_id=store_id, external_id__in=[n for n in numbers if n])
    return {order.external_id: order for order in rows.only("pk", "external_id", "number")}
