"""Fix once, cure all: one remedy for everything that one cause holds, and what became of each order (inside a scope).

The remedy is the same service that a person would use for one order; that the orders go on by themselves is what the
wake-ups do with every such change. What must be done with each order is done at once with few, and as a bulk run with
many. The report reads how each order stands now, so it gets better as they go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F, Func, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import MasterProduct
from salur.foundation.clock import now
from salur.foundation.locks import hold_alone
from salur.foundation.problems import PROBLEMS as CATALOGUE
from salur.foundation.problems import Problem, Refusal
from salur.orders.models import Cure, Order, OrderProblem
from salur.outbound.bulk import BulkOutcome, BulkRun
from salur.outbound.bulk_queries import cures_under_way, run_of_cure
from salur.outbound.models import Outbound
from salur.stock.models import AdjustReason, Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .bulk import MOST_ROWS, Chosen, start_bulk
from .bulk_actions import ACTIONS, Asking
from .calibrate import request_sync
from .cure_groups import CureGroup, group_of, orders_of, told_by
from .listings import bind
from .own_stock import add_pieces
from .products import add_to_warehouse

MOST_PIECES = 10_000_000
AT_ONCE = 50  # orders with each of which something is done while a person waits; more are a run
SHOWN = 200

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "cure_gone",
        _("Nothing is held by this any more"),
        _("No order is held by this cause now."),
        _("Nothing to do: somebody mended it, or the orders went on."),
        "nobody",
    ),
    Problem(
        "cure_under_way",
        _("A remedy is under way"),
        _("Run %(run)s works on the orders of this group already."),
        _("Follow that run instead."),
        "nobody",
    ),
    Problem(
        "cure_by_rules",
        _("The rules decide this"),
        _("Which warehouse sends these orders is said by the delivery-warehouse rules, or chosen by you."),
        _("Choose a warehouse in use, or change the rules; the orders then go on by themselves."),
        "operator",
    ),
    Problem(
        "cure_one_by_one",
        _("Each order has its own"),
        _("No address is right for several orders."),
        _("Correct the address of each order; it then goes on by itself."),
        "operator",
    ),
    Problem(
        "cure_msku",
        _("Unknown MSKU"),
        _("There is no master product in use with the MSKU %(msku)s."),
        _("Correct the MSKU, or make the master product first."),
        "operator",
    ),
    Problem(
        "cure_pieces",
        _("Not a number of pieces"),
        _("“%(value)s” is not a whole number from 1 to %(limit)s."),
        _("Write whole pieces in digits, without separators."),
        "operator",
    ),
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person fills in for a remedy: the MSKU that a SKU means, pieces, and the warehouse to send from."""

    msku: str = ""
    pieces: str = "1"
    warehouse: int | None = None

    def count(self) -> int:
        """The pieces; raises Refusal."""
        text = self.pieces.strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 9 and 0 < int(text) <= MOST_PIECES):
            raise Refusal("cure_pieces", value=text[:60] or "–", limit=MOST_PIECES)
        return int(text)


def apply_cure(cause: str, key: Mapping[str, Any], given: Given, *, source: str = "") -> Cure:
    """Apply the remedy of a group and note which orders it was for; ``source`` is the address it was asked for at.

    Raises Refusal: ``cure_gone``, ``cure_under_way``, ``cure_by_rules``, ``cure_msku``, ``cure_pieces``, or what the
    service refuses.
    """
    scope = current_scope()
    hold_alone("cure", scope.merchant_id)  # of two presses at once the second finds what the first one did
    group = group_of(cause, key)
    if group is None:
        raise Refusal("cure_gone")
    run = runs_by_group().get((group.cause, group.told))
    if run is not None:
        raise Refusal("cure_under_way", run=run.pk)
    each = EACH.get(group.remedy)
    row = Cure(
        cause=group.cause,
        key=dict(group.key),
        shown=dict(group.shown),
        remedy=group.remedy,
        orders=orders_of(group)[: MOST_ROWS if each else None],
        actor=scope.actor,
        at=now(),
    )
    row.save()
    if each is not None:
        _with_each(each, row, given, source)
    else:
        AT_THE_CAUSE[group.remedy](group, given)
    audit.record("problems.cured", f"cure:{row.pk}", cause=row.cause, remedy=row.remedy, orders=len(row.orders))
    return row


def runs_by_group() -> dict[tuple[str, str], BulkRun]:
    """Runs that are curing a group, by the group's cause and key."""
    return {(run.cure.cause, told_by(run.cure.key)): run for run in cures_under_way() if run.cure is not None}


# -- one thing is mended, and all its orders go on -----------------------------------------------------------------


def _link(group: CureGroup, given: Given) -> None:
    product = MasterProduct.objects.filter(msku=given.msku.strip().replace("\x00", ""), archived_at=None).first()
    if product is None:
        raise Refusal("cure_msku", msku=given.msku.strip()[:100] or "–")
    bind(group.key["store_id"], group.key["sku"], product.pk, given.count())


def _add(group: CureGroup, given: Given) -> None:
    add_to_warehouse([group.key["product_id"]], group.key["warehouse_id"])


def _stock(group: CureGroup, given: Given) -> None:
    """An own warehouse gets the pieces that were found; a partner is asked what it has."""
    warehouse, product = group.key["warehouse_id"], group.key["product_id"]
    if Warehouse.objects.filter(pk=warehouse, account__isnull=True).exists():
        add_pieces(warehouse, product, given.count(), AdjustReason.FOUND)
    else:
        request_sync(warehouse, "button", [MasterProduct.objects.get(pk=product).msku])


def _address(group: CureGroup, given: Given) -> None:
    raise Refusal("cure_one_by_one")


AT_THE_CAUSE: Mapping[str, Callable[[CureGroup, Given], None]] = {
    "link": _link,
    "add": _add,
    "stock": _stock,
    "address": _address,
}


# -- something is done with each order -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Each:
    """An action of the table of bulk actions, over what, and how it is asked for (raises Refusal)."""

    action: str
    chosen: Callable[[Cure], Chosen]
    options: Callable[[Cure, Given], dict[str, Any]] = lambda cure, given: {}


def orders_in(cure: Cure) -> QuerySet[Cure, int]:
    """The ids of a remedy's orders, as the database keeps them."""
    ids = Func(F("orders"), function="unnest", output_field=BigIntegerField())
    return Cure.objects.filter(pk=cure.pk).annotate(one=ids).values_list("one", flat=True)


def _from_there(cure: Cure, given: Given) -> dict[str, Any]:
    """A person picks the warehouse (R112)."""
    if not Warehouse.objects.filter(pk=given.warehouse or 0, active=True).exists():
        raise Refusal("cure_by_rules")
    return {"warehouse": given.warehouse, "held_by": cure.cause}


EACH: Mapping[str, Each] = {
    "push_again": Each(
        "push_again", lambda cure: Chosen(lists=Outbound.objects.filter(order_id__in=orders_in(cure), push="rejected"))
    ),
    "arrange": Each(
        "arrange", lambda cure: Chosen(lists=Outbound.objects.filter(order_id__in=orders_in(cure), shipment="failed"))
    ),
    "warehouse": Each("move", lambda cure: Chosen(orders=Order.objects.filter(pk__in=orders_in(cure))), _from_there),
}


def _with_each(each: Each, cure: Cure, given: Given, source: str) -> None:
    """Few at once, many as a run. Where nothing at all could be done at once, the reason is told."""
    options, chosen = each.options(cure, given), each.chosen(cure)
    if len(cure.orders) > AT_ONCE:
        start_bulk(each.action, chosen, options, actor=cure.actor, source=source, cure=cure)
        return
    action = ACTIONS[each.action]
    ids = [order if one is None else one for order, one in chosen.rows(action)]
    told = list(action.act(ids, Asking(cure.merchant_id, cure.actor, options)).values())
    if told and all(one.outcome != BulkOutcome.DONE and one.code in CATALOGUE for one in told):
        raise Refusal(told[0].code, **told[0].evidence)


# -- what became of them --------------------------------------------------------------------------------------------

STANDING = """
SELECT count(*) FILTER (WHERE NOT same AND NOT other), count(*) FILTER (WHERE same),
       count(*) FILTER (WHERE other AND NOT same)
FROM (
  SELECT EXISTS (SELECT 1 FROM orders_orderproblem p WHERE p.merchant_id = %(merchant)s AND p.order_id = i.id
                 AND p.closed_at IS NULL AND p.cause = %(cause)s) AS same,
         EXISTS (SELECT 1 FROM orders_orderproblem p WHERE p.merchant_id = %(merchant)s AND p.order_id = i.id
                 AND p.closed_at IS NULL AND p.cause <> %(cause)s) AS other
  FROM orders_cure c, unnest(c.orders) AS i(id) WHERE c.merchant_id = %(merchant)s AND c.id = %(cure)s
) AS x
"""


@dataclass(frozen=True, slots=True)
class CureReport:
    """How the orders of a remedy stand now.

    ``cured`` go on; ``same`` are held by the same cause still (a remedy that a partner must answer takes a while);
    ``other`` are held by something else by now. ``held`` are the open problems of the first of those. ``run`` is what
    works off the orders of a great group one by one.
    """

    cure: Cure
    cured: int
    same: int
    other: int
    held: list[OrderProblem]
    run: BulkRun | None

    @property
    def total(self) -> int:
        """The orders that the remedy was for."""
        return self.cured + self.same + self.other


def cure_report(cure: Cure) -> CureReport:
    """The report of a remedy, in a few statements whatever the number of orders."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"merchant": current_scope().merchant_id, "cause": cure.cause, "cure": cure.pk})
        cured, same, other = cursor.fetchone()
    held = OrderProblem.objects.filter(order_id__in=orders_in(cure), closed_at__isnull=True).select_related("order")
    return CureReport(cure, cured, same, other, list(held.order_by("order_id", "id")[:SHOWN]), run_of_cure(cure.pk))


def find_cure(cure_id: int) -> Cure | None:
    """One remedy of the scope's merchant; which orders it was for is not read."""
    return Cure.objects.filter(pk=cure_id).defer("orders").first()


def last_cures(most: int = 10) -> list[tuple[Cure, int]]:
    """The latest remedies, each with the number of its orders."""
    rows = Cure.objects.defer("orders").annotate(total=Coalesce("orders__len", 0)).order_by("-id")[:most]
    return [(row, row.total) for row in rows]
