"""What pages read of orders with their outbound lists. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from salur.foundation.clock import now
from salur.foundation.paging import keyset_page
from salur.orders.desk import tags_of_orders
from salur.orders.models import Order, OrderLine, OrderProblem, OrderTag
from salur.orders.queries import lines_of, number_begins, open_problems_of, with_prefix
from salur.orders.states import OrderState
from salur.tenancy.counting import Counted, counts_by, groups_by

from .awb import clean_awb
from .gates import GateResult, judge
from .judge import read_records
from .messages import GATE_TEXTS
from .models import Label, Outbound, OutboundLine, PushAttempt
from .states import CancellationState, PushState, TaskState

T = TypeVar("T")

ANY_PROBLEM = "any"
IN_FORCE = ~Q(push=PushState.VOID)
"""Also what the index by order is limited to, so that it can be used."""

UNSETTLED = Q(cancellation=CancellationState.REFUSED) | Q(
    cancellation=CancellationState.CONFLICT, settled_at__isnull=True
)
"""Lists about which somebody must still talk with the warehouse."""

STUCK_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of rows with the cursors of its neighbours."""

    rows: list[T]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class OrderFilter:
    """What the order list shows; empty means all.

    ``held`` is a reason, or "any"; ``ship_within`` hours to the store's deadline, of orders still open; values are in
    ``currency``.
    """

    status: str = ""
    search: str = ""
    store: int | None = None
    warehouse: int | None = None
    problem: str = ""
    blocked_by: str = ""
    tag: str = ""
    held: str = ""
    courier: str = ""
    country: str = ""
    ship_within: int | None = None
    value_from: Decimal | None = None
    value_to: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class OrderRow:
    """An order as the list shows it."""

    order: Order
    lines: list[OrderLine]
    outbounds: list[Outbound]
    problems: list[OrderProblem]
    tags: list[str] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        """Pieces over all lines."""
        return sum(line.quantity for line in self.lines)


def _lists_of(extra: Q) -> Exists:
    return Exists(Outbound.objects.filter(extra, order_id=OuterRef("pk")))


def matching_orders(wanted: OrderFilter) -> QuerySet[Order]:
    """Every order that the filter lets through."""
    orders = Order.objects.select_related("store")
    if wanted.status in OrderState.values:
        orders = orders.filter(status=wanted.status)
    if wanted.search:
        orders = with_prefix(orders, wanted.search)
    if wanted.store:
        orders = orders.filter(store_id=wanted.store)
    if wanted.warehouse:
        # A scalar subquery, because PostgreSQL makes of EXISTS a join over all lists of the warehouse: of most orders.
        lists = Outbound.objects.filter(IN_FORCE, order_id=OuterRef("pk"), warehouse_id=wanted.warehouse)
        orders = orders.alias(from_there=Subquery(lists.values("pk")[:1])).filter(from_there__isnull=False)
    if wanted.blocked_by:
        orders = orders.filter(_lists_of(Q(push=PushState.WAITING, blocked_by=wanted.blocked_by)))
    if wanted.problem:
        problems = OrderProblem.objects.filter(order_id=OuterRef("pk"), closed_at__isnull=True)
        if wanted.problem != ANY_PROBLEM:
            problems = problems.filter(cause=wanted.problem)
        orders = orders.filter(Exists(problems))
    return _by_desk(_by_content(orders, wanted), wanted)


def _by_desk(orders: QuerySet[Order], wanted: OrderFilter) -> QuerySet[Order]:
    """What people put on orders."""
    if wanted.tag:
        orders = orders.filter(pk__in=OrderTag.objects.filter(tag=wanted.tag).values("order_id"))
    if wanted.held == ANY_PROBLEM:
        orders = orders.exclude(hold_reason="")
    elif wanted.held:
        orders = orders.filter(hold_reason=wanted.held).exclude(hold_reason="")
    return orders


def _by_content(orders: QuerySet[Order], wanted: OrderFilter) -> QuerySet[Order]:
    """What the store says of them."""
    if wanted.courier:
        orders = orders.filter(courier=wanted.courier)
    if wanted.country:
        orders = orders.filter(country=wanted.country)
    if wanted.ship_within is not None:
        until = now() + timedelta(hours=wanted.ship_within)
        orders = orders.filter(ship_by__lte=until, status__in=[OrderState.PAID, OrderState.READY])
    if wanted.currency and (wanted.value_from is not None or wanted.value_to is not None):
        orders = orders.filter(currency=wanted.currency)
        if wanted.value_from is not None:
            orders = orders.filter(total__gte=wanted.value_from)
        if wanted.value_to is not None:
            orders = orders.filter(total__lte=wanted.value_to)
    return orders


def order_rows(wanted: OrderFilter, cursor: str | None, size: int = 50) -> Listed[OrderRow]:
    """Orders, the newest in the hub first, each with lines, lists and open problems."""
    page = keyset_page(matching_orders(wanted), order=["-id"], cursor=cursor, size=size)
    ids = [order.pk for order in page.rows]
    lines, problems, lists = lines_of(ids), open_problems_of(ids), lists_of_orders(ids)
    tags = tags_of_orders(ids)
    rows = [
        OrderRow(o, lines.get(o.pk, []), lists.get(o.pk, []), problems.get(o.pk, []), tags.get(o.pk, []))
        for o in page.rows
    ]
    return Listed(rows, page.next_cursor, page.previous_cursor)


def lists_of_orders(order_ids: Sequence[int]) -> dict[int, list[Outbound]]:
    """Outbound lists in force by order."""
    found: dict[int, list[Outbound]] = {}
    rows = Outbound.objects.filter(IN_FORCE, order_id__in=order_ids).select_related("warehouse")
    for outbound in rows.order_by("order_id", "id"):
        found.setdefault(outbound.order_id, []).append(outbound)
    return found


def every_list_of(order: Order) -> list[Outbound]:
    """Outbound lists of an order, those in force before the void ones."""
    rows = Outbound.objects.filter(order=order).select_related("warehouse", "order", "store", "account").order_by("id")
    return sorted(rows, key=lambda o: (o.push == PushState.VOID, o.pk))


# -- one order, one list --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GatedList:
    """An outbound list with its lines and every gate as judged now."""

    outbound: Outbound
    lines: list[OutboundLine]
    gates: list[GateResult] = field(default_factory=list)

    def since(self, gate: str) -> datetime | None:
        """Since when a gate is closed for its present reason."""
        stored = self.outbound.closed_gates.get(gate)
        return datetime.fromisoformat(stored["since"]) if stored else None


def find_order(order_id: int) -> Order | None:
    """One order of the scope's merchant, with its store."""
    return Order.objects.select_related("store").filter(pk=order_id).first()


def orders_named(order_ids: Sequence[int]) -> list[Order]:
    """Some orders with their stores, in their order."""
    return list(Order.objects.select_related("store").filter(pk__in=order_ids).order_by("pk"))


def find_outbound(outbound_id: int) -> Outbound | None:
    """One outbound list of the scope's merchant."""
    return Outbound.objects.select_related("order", "store", "warehouse", "account").filter(pk=outbound_id).first()


def outbounds_named(outbound_ids: Sequence[int]) -> list[Outbound]:
    """Some lists with order, store, warehouse and account, in their order."""
    rows = Outbound.objects.filter(pk__in=outbound_ids).select_related("order", "store", "warehouse", "account")
    return list(rows.order_by("pk"))


def orders_of_lists(outbound_ids: Sequence[int]) -> list[int]:
    """Ids of the orders of some lists."""
    return list(Outbound.objects.filter(pk__in=outbound_ids).values_list("order_id", flat=True).distinct())


def gated_lists(outbounds: Sequence[Outbound]) -> list[GatedList]:
    """Lines and gates of some lists."""
    ids = [o.pk for o in outbounds]
    lines: dict[int, list[OutboundLine]] = {}
    rows = OutboundLine.objects.filter(outbound_id__in=ids).select_related("product", "order_line")
    for line in rows.order_by("outbound_id", "id"):
        lines.setdefault(line.outbound_id, []).append(line)
    gates = {judged.id: judge(judged.record) for judged in read_records(ids)}
    return [GatedList(o, lines.get(o.pk, []), gates.get(o.pk, [])) for o in outbounds]


def attempts_of(outbound_ids: Sequence[int]) -> list[PushAttempt]:
    """The receipt chain of some lists."""
    return list(PushAttempt.objects.filter(outbound_id__in=outbound_ids).order_by("id"))


def find_label(outbound_id: int) -> Label | None:
    """The label PDF in force."""
    outbound = Outbound.objects.filter(pk=outbound_id).select_related("label").first()
    return outbound.label if outbound else None


def label_of(outbound_id: int, label_id: int) -> Label | None:
    """One label of a list, also one that was replaced since."""
    return Label.objects.filter(pk=label_id, outbound_id=outbound_id).first()


def same_awb(outbound: Outbound) -> list[Outbound]:
    """Other lists in force of the same account with the same AWB number, the newest first."""
    if not outbound.awb or outbound.account_id is None:
        return []
    rows = Outbound.objects.filter(IN_FORCE, awb=outbound.awb, account_id=outbound.account_id).exclude(pk=outbound.pk)
    return list(rows.select_related("order").order_by("-pk")[:5])


# -- the list of lists ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OutboundFilter:
    """What the list of outbound lists shows; empty means all."""

    push: str = ""
    task: str = ""
    store: int | None = None
    warehouse: int | None = None
    blocked_by: str = ""
    search: str = ""


def outbound_rows(wanted: OutboundFilter, cursor: str | None, size: int = 50) -> Listed[Outbound]:
    """Outbound lists with order, store, warehouse and account, the newest first."""
    page = keyset_page(matching_lists(wanted), order=["-id"], cursor=cursor, size=size)
    return Listed(page.rows, page.next_cursor, page.previous_cursor)


def matching_lists(wanted: OutboundFilter) -> QuerySet[Outbound]:
    """Every outbound list that the filter lets through."""
    rows = Outbound.objects.select_related("order", "store", "warehouse", "account")
    for name, allowed in (("push", PushState.values), ("task", TaskState.values)):
        value = getattr(wanted, name)
        if value in allowed:
            rows = rows.filter(**{name: value})
    if wanted.store:
        rows = rows.filter(store_id=wanted.store)
    if wanted.warehouse:
        rows = rows.filter(warehouse_id=wanted.warehouse)
    if wanted.blocked_by:
        rows = rows.filter(push=PushState.WAITING, blocked_by=wanted.blocked_by)
    if wanted.search:
        rows = rows.filter(_named(wanted.search))
    return rows


MANY = 2000
"""Orders from which on a beginning of their numbers is so common that the newest lists are looked through for it."""


def _named(search: str) -> Q:
    """Lists with this reference or AWB number, and those of orders whose number begins so.

    Asked in steps: of one condition over two tables PostgreSQL makes a pass over all lists.
    """
    exact = Q(reference=search) | Q(awb=clean_awb(search)) & ~Q(awb="")
    ids = list(Outbound.objects.filter(exact).values_list("pk", flat=True)[:MANY])
    orders = list(with_prefix(Order.objects.all(), search).values_list("pk", flat=True)[: MANY + 1])
    if len(orders) <= MANY:
        return Q(pk__in=ids) | Q(order_id__in=orders)
    return Q(pk__in=ids) | number_begins(search, at="order__")


def ids_in_force(order_ids: Sequence[int], outbound_ids: Sequence[int]) -> list[int]:
    """Lists that are not void, of some orders or named themselves."""
    chosen = Q(order_id__in=order_ids) | Q(pk__in=outbound_ids)
    return list(
        Outbound.objects.filter(chosen).exclude(push=PushState.VOID).order_by("pk").values_list("pk", flat=True)
    )


def outbound_links(outbound_ids: Iterable[int]) -> dict[int, tuple[int, str, int, str]]:
    """Reference, order id and order number of some lists, by id: (list id, reference, order id, number)."""
    rows = Outbound.objects.filter(pk__in=set(outbound_ids))
    numbers = ("order__number", "order__external_id")
    return {
        row[0]: (row[0], row[1], row[2], row[3] or row[4])
        for row in rows.values_list("pk", "reference", "order_id", *numbers)
    }


# -- the dashboard --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blocked:
    """Waiting lists held by one reason. ``more``: there are more than were counted."""

    code: str
    count: int
    oldest: datetime | None
    more: bool = False


def blocked_groups() -> list[Blocked]:
    """Waiting lists by the reason shown, the largest group first; of each reason the oldest, up to a limit."""
    groups = groups_by(Outbound, "blocked_by", GATE_TEXTS, since="blocked_since", only="push = 'waiting'")
    return [Blocked(code, counted.count, oldest, counted.more) for code, counted, oldest in groups]


@dataclass(frozen=True)
class Stuck:
    """Lists that should have moved on by themselves and have not."""

    in_doubt: int
    not_sent: int
    exceptions: int
    conflicts: int

    @property
    def any(self) -> bool:
        """Whether there is something to look at."""
        return bool(self.in_doubt or self.not_sent or self.exceptions or self.conflicts)


def push_counts() -> dict[str, Counted]:
    """Lists by push state; each counted up to a limit."""
    return counts_by(Outbound, "push", PushState.values)


def stuck_lists() -> Stuck:
    """How many lists do not go on by themselves; each count reads its own index."""
    before = now() - STUCK_AFTER
    unsure = Q(push__in=[PushState.UNKNOWN, PushState.PUSHING], push_lease_until__lt=before)
    return Stuck(
        in_doubt=Outbound.objects.filter(unsure).count(),
        not_sent=Outbound.objects.filter(push=PushState.READY, created_at__lt=before, push_attempts__gte=3).count(),
        exceptions=Outbound.objects.filter(task=TaskState.EXCEPTION).count(),
        conflicts=Outbound.objects.filter(UNSETTLED).count(),
    )
