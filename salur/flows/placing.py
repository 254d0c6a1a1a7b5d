"""Lists made by a person's choice of warehouse instead of the rules': moved, split, merged, made anew (R75, R112)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from salur.catalog.bindings import Part
from salur.orders.models import Order
from salur.orders.problems import settle_problems
from salur.orders.rules import rule_for
from salur.outbound.address import gaps
from salur.outbound.awb import clean_awb
from salur.outbound.facts import store_facts, warehouse_facts
from salur.outbound.flagged import flag_orders
from salur.outbound.models import Outbound, OutboundLine
from salur.tenancy.scope import current_scope

from .planned_orders import PlanOrder, router_for
from .planning import Draft, Planner, make_lists
from .wakeups import WITHOUT_A_WAY, close_gate_problems, lists_changed, wake_after


class Portion(NamedTuple):
    """Pieces of a product for a line of the order."""

    order_line_id: int
    part: Part
    quantity: int


def portions_of(outbound_ids: Sequence[int]) -> dict[int, list[Portion]]:
    """What is in each of these lists."""
    found: dict[int, list[Portion]] = {}
    rows = OutboundLine.objects.filter(outbound_id__in=list(outbound_ids)).select_related("product").order_by("pk")
    for row in rows:
        portion = Portion(row.order_line_id, Part(row.product_id, row.product.msku, 1), row.quantity)
        found.setdefault(row.outbound_id, []).append(portion)
    return found


COPY_LABEL = """
WITH copy AS (
  INSERT INTO outbound_label (merchant_id, outbound_id, content, sha256, pages, created_at)
  SELECT merchant_id, %(new)s, content, sha256, pages, created_at FROM outbound_label
  WHERE merchant_id = %(merchant)s AND id = %(label)s RETURNING id)
UPDATE outbound_outbound SET shipment = 'labelled', label_id = (SELECT id FROM copy)
WHERE merchant_id = %(merchant)s AND id = %(new)s AND shipment = 'numbered'
"""


def place_order(
    order: Order, wanted: Mapping[int, Sequence[Portion]], parcel: Outbound | None = None, *, by_hand: bool = False
) -> list[int]:
    """Make one list for each warehouse that ``wanted`` names (inside a scope; the order is locked); answers their ids.

    ``parcel``: a list that is void now, whose AWB number and label go with the goods; only where one list is made.
    ``by_hand``: a person chose the warehouse, so rules applied later leave the lists where they are.
    """
    store = store_facts([order.store_id])[order.store_id]
    rule = rule_for(store.rules, order.status, order.courier)
    given = (parcel.awb_given or parcel.awb) if parcel is not None and len(wanted) == 1 else ""
    head = PlanOrder(
        order.pk,
        order.store_id,
        order.status,
        order.raw_status,
        (parcel.courier if parcel is not None else "") or order.courier,
        order.country,
        (),
        awb=given,
        package=parcel.package if parcel is not None and given else "",
        gaps=gaps(
            order.recipient_name,
            order.recipient_phone,
            order.address_lines,
            order.city,
            order.postal_code,
            order.country or store.country,
        ),
    )
    number = clean_awb(given) if given else ""
    warehouses = warehouse_facts(wanted)
    planner = Planner(store, {}, router_for([], warehouses, []), warehouses)
    drafts = [
        Draft(0, head, rule, warehouse, [(p.order_line_id, p.part, p.quantity) for p in portions], awb=number)
        for warehouse, portions in wanted.items()
    ]
    make_lists(planner, drafts)
    settle_problems([order.pk], planner.found, causes=WITHOUT_A_WAY)
    made = [draft.id for draft in drafts]
    if by_hand:
        Outbound.objects.filter(pk__in=made).update(by_hand=True)
    if parcel is not None and given and parcel.label_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                COPY_LABEL,
                {"merchant": current_scope().merchant_id, "new": made[0], "label": parcel.label_id},
            )
        lists_changed(made)
    wake_after(planner.verdicts)
    close_gate_problems([order.pk])
    flag_orders([order.pk])
    return made
