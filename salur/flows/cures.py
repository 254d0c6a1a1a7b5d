"""Fix once, cure all: one remedy for everything that one cause holds, and what became of each order (inside a scope).

The remedy is the same service that a person would use for one order; that the orders go on by themselves is what the
wake-ups do with every such change. The report reads how each order stands now, so it gets better as they go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from salur.catalog.models import MasterProduct
from salur.foundation.clock import now
from salur.foundation.problems import Problem, Refusal
from salur.orders.models import Cure, OrderProblem
from salur.outbound.models import Outbound
from salur.stock.models import AdjustReason, Warehouse
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .arrange import arrange_now
from .calibrate import request_sync
from .cure_groups import CureGroup, group_of, orders_of
from .listings import bind
from .moving import move_orders
from .own_stock import add_pieces
from .products import add_to_warehouse
from .push_again import push_again

MOST_PIECES = 10_000_000
MOST_MOVED = 500  # orders that one press sends from a chosen warehouse; the others stay in the group
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


def apply_cure(cause: str, key: Mapping[str, Any], given: Given) -> Cure:
    """Apply the remedy of a group and note which orders it was for.

    Raises Refusal: ``cure_gone``, ``cure_by_rules``, ``cure_msku``, ``cure_pieces``, or what the service refuses.
    """
    group = group_of(cause, key)
    if group is None:
        raise Refusal("cure_gone")
    orders = orders_of(group)
    REMEDIES[group.remedy](group, orders, given)
    row = Cure(
        cause=group.cause,
        key=dict(group.key),
        shown=dict(group.shown),
        remedy=group.remedy,
        orders=orders,
        actor=current_scope().actor,
        at=now(),
    )
    row.save()
    audit.record("problems.cured", f"cure:{row.pk}", cause=group.cause, remedy=group.remedy, orders=len(orders))
    return row


def _link(group: CureGroup, orders: list[int], given: Given) -> None:
    product = MasterProduct.objects.filter(msku=given.msku.strip().replace("\x00", ""), archived_at=None).first()
    if product is None:
        raise Refusal("cure_msku", msku=given.msku.strip()[:100] or "–")
    bind(group.key["store_id"], group.key["sku"], product.pk, given.count())


def _add(group: CureGroup, orders: list[int], given: Given) -> None:
    add_to_warehouse([group.key["product_id"]], group.key["warehouse_id"])


def _stock(group: CureGroup, orders: list[int], given: Given) -> None:
    """An own warehouse gets the pieces that were found; a partner is asked what it has."""
    warehouse, product = group.key["warehouse_id"], group.key["product_id"]
    if Warehouse.objects.filter(pk=warehouse, account__isnull=True).exists():
        add_pieces(warehouse, product, given.count(), AdjustReason.FOUND)
    else:
        request_sync(warehouse, "button", [MasterProduct.objects.get(pk=product).msku])


def _push_again(group: CureGroup, orders: list[int], given: Given) -> None:
    push_again(Outbound.objects.filter(order_id__in=orders, push="rejected").values_list("pk", flat=True))


def _arrange(group: CureGroup, orders: list[int], given: Given) -> None:
    arrange_now(Outbound.objects.filter(order_id__in=orders, shipment="failed").values_list("pk", flat=True))


def _warehouse(group: CureGroup, orders: list[int], given: Given) -> None:
    """A person picks the warehouse (R112). What it cannot send stays; where that is all of them, the reason is told."""
    if not Warehouse.objects.filter(pk=given.warehouse or 0, active=True).exists():
        raise Refusal("cure_by_rules")
    moved = move_orders(orders[:MOST_MOVED], given.warehouse or 0)
    if not moved.lists and moved.held:
        raise next(iter(moved.held.values())).refusal()


def _address(group: CureGroup, orders: list[int], given: Given) -> None:
    raise Refusal("cure_one_by_one")


REMEDIES: dict[str, Callable[[CureGroup, list[int], Given], None]] = {
    "link": _link,
    "add": _add,
    "stock": _stock,
    "push_again": _push_again,
    "arrange": _arrange,
    "address": _address,
    "warehouse": _warehouse,
}


# -- what became of them --------------------------------------------------------------------------------------------

STANDING = """
SELECT count(*) FILTER (WHERE NOT same AND NOT other), count(*) FILTER (WHERE same),
       count(*) FILTER (WHERE other AND NOT same)
FROM (
  SELECT EXISTS (SELECT 1 FROM orders_orderproblem p WHERE p.merchant_id = %(merchant)s AND p.order_id = i.id
                 AND p.closed_at IS NULL AND p.cause = %(cause)s) AS same,
         EXISTS (SELECT 1 FROM orders_orderproblem p WHERE p.merchant_id = %(merchant)s AND p.order_id = i.id
                 AND p.closed_at IS NULL AND p.cause <> %(cause)s) AS other
  FROM unnest(%(orders)s::bigint[]) AS i(id)
) AS x
"""


@dataclass(frozen=True, slots=True)
class CureReport:
    """How the orders of a remedy stand now.

    ``cured`` go on; ``same`` are held by the same cause still (a remedy that a partner must answer takes a while);
    ``other`` are held by something else by now. ``held`` are the open problems of the first of those.
    """

    cure: Cure
    cured: int
    same: int
    other: int
    held: list[OrderProblem]


def cure_report(cure: Cure) -> CureReport:
    """The report of a remedy, in three statements whatever the number of orders."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"merchant": current_scope().merchant_id, "cause": cure.cause, "orders": cure.orders}
        cursor.execute(STANDING, values)
        cured, same, other = cursor.fetchone()
    held = OrderProblem.objects.filter(order_id__in=cure.orders, closed_at__isnull=True).select_related("order")
    return CureReport(cure, cured, same, other, list(held.order_by("order_id", "id")[:SHOWN]))


def find_cure(cure_id: int) -> Cure | None:
    """One remedy of the scope's merchant."""
    return Cure.objects.filter(pk=cure_id).first()


def last_cures(most: int = 10) -> list[Cure]:
    """The latest remedies."""
    return list(Cure.objects.order_by("-id")[:most])
