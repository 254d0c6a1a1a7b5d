"""Judging the gates of existing outbound lists in sets, whenever an input changed (design 7)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from salur.connectors.base.capabilities import StoreRule
from salur.foundation.clock import now
from salur.foundation.locks import lock_ids
from salur.orders.rules import rule_for
from salur.tenancy.scope import current_scope

from .address import gaps, needs_of
from .awb import REUSED_AFTER
from .create import blocked_by, stored_gates
from .facts import StoreFacts, WarehouseFacts, store_facts, warehouse_facts
from .flagged import FLAGGED_GATES, flag_lists
from .gates import ARRANGING_OPENS, Closed, GateRecord, Hold, Shortfall, Unpushed, closed_gates, may_arrange

READ = """
SELECT o.id, o.store_id, o.warehouse_id, o.push, o.shipment, o.awb, o.label_id IS NOT NULL, o.reserved,
       o.shipment_hint, o.shipment_error_message, o.closed_gates, o.blocked_since, o.blocked_by,
       r.status, r.raw_status, coalesce(nullif(r.country, ''), ''), r.courier,
       -- FILTER, not WHERE: else the index of all unlinked lines may be walked for each list
       coalesce((SELECT array_agg(l.sku ORDER BY l.id) FILTER (WHERE NOT l.bound) FROM orders_orderline l
                 WHERE l.merchant_id = o.merchant_id AND l.order_id = o.order_id), '{}'),
       coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_array(p.msku,
                                 CASE WHEN w.push = 'failed' AND w.error_code = 'product_incomplete' THEN 'incomplete'
                                      ELSE coalesce(w.push, 'absent') END,
                                                             coalesce(w.error_message, '')))
                 FROM outbound_outboundline ol
                 JOIN catalog_masterproduct p ON p.merchant_id = ol.merchant_id AND p.id = ol.product_id
                 LEFT JOIN catalog_warehouseproduct w ON w.merchant_id = ol.merchant_id
                   AND w.product_id = ol.product_id AND w.warehouse_id = o.warehouse_id
                 WHERE ol.merchant_id = o.merchant_id AND ol.outbound_id = o.id
                   AND coalesce(w.push, 'absent') <> 'pushed'), '[]'),
       CASE WHEN o.reserved THEN '[]' ELSE coalesce((
         SELECT jsonb_agg(jsonb_build_array(s.msku, s.free, s.needed)) FROM (
           SELECT p.msku, coalesce(b.on_hand - b.reserved, 0) AS free, sum(ol.quantity) AS needed
           FROM outbound_outboundline ol
           JOIN catalog_masterproduct p ON p.merchant_id = ol.merchant_id AND p.id = ol.product_id
           LEFT JOIN stock_balance b ON b.merchant_id = ol.merchant_id AND b.warehouse_id = o.warehouse_id
             AND b.product_id = ol.product_id
           WHERE ol.merchant_id = o.merchant_id AND ol.outbound_id = o.id
           GROUP BY p.msku, b.on_hand, b.reserved
           HAVING coalesce(b.on_hand - b.reserved, 0) < sum(ol.quantity)) s), '[]') END,
       CASE WHEN o.awb = '' THEN '' ELSE coalesce((
         SELECT coalesce(nullif(other.number, ''), other.external_id) FROM outbound_outbound t
         JOIN orders_order other ON other.merchant_id = t.merchant_id AND other.id = t.order_id
         WHERE t.merchant_id = o.merchant_id AND t.awb <> '' AND t.awb = o.awb AND t.account_id = o.account_id
           AND t.id < o.id AND t.order_id <> o.order_id AND t.push <> 'void' AND t.created_at > %s
         ORDER BY t.id LIMIT 1), '') END,
       r.hold_reason, r.hold_note, r.hold_until,
       r.recipient_name, r.recipient_phone, r.address_lines, r.city, r.postal_code,
       CASE WHEN o.awb = '' THEN '' ELSE coalesce((
         SELECT w.name FROM outbound_outbound t
         JOIN stock_warehouse w ON w.merchant_id = t.merchant_id AND w.id = t.warehouse_id
         WHERE t.merchant_id = o.merchant_id AND t.order_id = o.order_id AND t.id <> o.id AND t.push <> 'void'
           AND t.awb = o.awb AND t.warehouse_id <> o.warehouse_id ORDER BY t.id LIMIT 1), '') END
FROM outbound_outbound o JOIN orders_order r ON r.merchant_id = o.merchant_id AND r.id = o.order_id
WHERE o.merchant_id = %s AND o.id = ANY(%s)
ORDER BY o.id
"""


@dataclass(slots=True)
class Judged:
    """An outbound list with its gate record and what its row holds now."""

    id: int
    push: str
    shipment: str
    record: GateRecord
    before: Mapping[str, Mapping[str, Any]]
    blocked_by: str
    blocked_since: datetime | None


def gate_record(
    store: StoreFacts,
    warehouse: WarehouseFacts,
    rule: StoreRule,
    *,
    status: str,
    raw_status: str,
    country: str,
    **own: Any,
) -> GateRecord:
    """A record from the facts of a batch and what is the list's own."""
    third_party = warehouse.account_id is not None
    needs_awb = warehouse.needs_awb if third_party else store.gives_label
    needs_label = warehouse.needs_label if third_party else store.gives_label
    return GateRecord(
        order_status=status,
        raw_status=raw_status,
        order_country=country or store.country,
        channel=store.channel,
        channel_title=store.channel_title,
        store_name=store.name,
        store_state=store.state,
        gives_label=store.gives_label,
        arranges=store.arranges and status in ("paid", "ready"),
        rule_pushes=rule.push,
        rule_needs_awb=rule.needs_awb,
        rule_reason=rule.reason,
        wish_binds=store.wish_binds,
        warehouse_name=warehouse.name,
        warehouse_country=warehouse.country,
        warehouse_active=warehouse.active,
        partner_title=warehouse.partner_title,
        account_state=warehouse.account_state,
        countries=warehouse.countries,
        unsupported_channels=warehouse.unsupported_channels,
        needs_awb=needs_awb,
        needs_label=needs_label,
        address_needs=needs_of(
            warehouse.address_needs, third_party=third_party, label_of_store=needs_awb or needs_label
        ),
        keeps_stock=warehouse.keeps_stock,
        ships_abroad=warehouse.ships_abroad,
        third_party=third_party,
        **own,
    )


def read_records(outbound_ids: Iterable[int]) -> list[Judged]:
    """The gate records of these lists, as of now, in a constant number of statements."""
    with connection.cursor() as cursor:
        recent = now() - REUSED_AFTER
        cursor.execute(READ, [recent, current_scope().merchant_id, sorted(set(outbound_ids))])
        rows = cursor.fetchall()
    stores = store_facts(row[1] for row in rows)
    warehouses = warehouse_facts(row[2] for row in rows)
    return [_judged(row, stores[row[1]], warehouses[row[2]]) for row in rows]


def hold_of(reason: str, note: str, until: datetime | None) -> Hold | None:
    """The hold of an order as gates see it."""
    return Hold(reason, note, "" if until is None else until.isoformat()) if reason else None


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _judged(row: tuple[Any, ...], store: StoreFacts, warehouse: WarehouseFacts) -> Judged:
    record = gate_record(
        store,
        warehouse,
        rule_for(store.rules, row[13], row[16]),
        status=row[13],
        raw_status=row[14],
        country=row[15],
        reserved=row[7],
        awb=row[5],
        has_label=row[6],
        shipment=row[4],
        shipment_hint=row[8],
        shipment_error=row[9],
        unbound_skus=tuple(row[17]),
        unpushed=tuple(Unpushed(*item) for item in sorted(_parsed(row[18]))),
        shortfalls=tuple(Shortfall(*item) for item in sorted(_parsed(row[19]))),
        awb_taken_by=row[20],
        hold=hold_of(*row[21:24]),
        same_parcel=row[29],
        address_gaps=gaps(row[24], row[25], row[26], row[27], row[28], row[15] or store.country),
    )
    return Judged(row[0], row[3], row[4], record, _parsed(row[10]), row[12], row[11])


APPLY = """
UPDATE outbound_outbound o SET closed_gates = n.gates::jsonb, blocked_by = n.blocked_by, push = n.push,
  shipment = n.shipment, blocked_since = n.since,
  shipment_next_at = CASE WHEN n.shipment = 'due' AND o.shipment <> 'due' THEN NULL ELSE o.shipment_next_at END
FROM unnest(%(ids)s::bigint[], %(gates)s::text[], %(blocked)s::text[], %(pushes)s::text[], %(shipments)s::text[],
            %(since)s::timestamptz[]) AS n(id, gates, blocked_by, push, shipment, since)
WHERE o.merchant_id = %(merchant)s AND o.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which lists became ready to push, and which are now to be arranged at their store."""

    ready: list[int]
    due: list[int]


def judge_outbounds(outbound_ids: Iterable[int]) -> Verdicts:
    """Judge lists that wait or are ready, write what changed, and say what opened.

    Locks the lists in id order. In an own warehouse, which has no partner to push to, ready means: to be picked.
    """
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, set(outbound_ids))
    at = now()
    changes: dict[str, list[Any]] = {k: [] for k in ("ids", "gates", "blocked", "pushes", "shipments", "since")}
    verdicts, flagged = Verdicts([], []), []
    for judged in read_records(held):
        if judged.push not in ("waiting", "ready"):
            continue
        shipment, closed = _shipment_and_gates(judged.record)
        gates = stored_gates(closed, at, judged.before)
        push = "waiting" if gates else "ready"
        if gates == judged.before and push == judged.push and shipment == judged.shipment:
            continue
        reason = blocked_by(gates)
        if any((name in gates) != (name in judged.before) for name in FLAGGED_GATES):
            flagged.append(judged.id)
        changes["ids"].append(judged.id)
        changes["gates"].append(json.dumps(gates))
        changes["blocked"].append(reason)
        changes["pushes"].append(push)
        changes["shipments"].append(shipment)
        changes["since"].append(None if not reason else judged.blocked_since if reason == judged.blocked_by else at)
        if push == "ready":
            verdicts.ready.append(judged.id)
        if shipment == "due" and judged.shipment != "due":
            verdicts.due.append(judged.id)
    if changes["ids"]:
        with connection.cursor() as cursor:
            cursor.execute(APPLY, {"merchant": merchant, **changes})
    flag_lists(flagged)
    return verdicts


def _shipment_and_gates(record: GateRecord) -> tuple[str, dict[str, Closed]]:
    """Arranging becomes due when nothing else is missing, and stops being due when something else closes.

    The gates are then judged with it, so that the reason shown is that the shipment is being arranged.
    """
    closed = closed_gates(record)
    if may_arrange(record, closed):
        record.shipment = "due"
    elif record.shipment == "due" and not ARRANGING_OPENS.issuperset(closed):
        record.shipment = "none"
    else:
        return record.shipment, closed
    return record.shipment, closed_gates(record)
