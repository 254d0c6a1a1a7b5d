"""The shipment machine's rows: claimed for one worker, moved on step by step (R108, R111)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from salur.foundation.clock import now
from salur.foundation.locks import claim_rows, lock_ids
from salur.tenancy.scope import current_scope

from .awb import clean_awb, other_form
from .labels import CheckedLabel, keep_labels

HELD_BACK = timedelta(minutes=5)

DUE = """c.store_id = %(store)s AND c.shipment IN ('due', 'arranged', 'numbered')
 AND (c.shipment_next_at IS NULL OR c.shipment_next_at <= %(now)s)
 AND (c.shipment_lease_until IS NULL OR c.shipment_lease_until < %(now)s)"""

# Arranging wants an order that may still be shipped; what is arranged only wants one that was not called off.
STANDS = """c.push <> 'void' AND EXISTS (SELECT 1 FROM orders_order r
  WHERE r.merchant_id = c.merchant_id AND r.id = c.order_id AND (r.status IN ('paid', 'ready')
    OR (c.shipment <> 'due' AND r.status NOT IN ('cancelled', 'cancel_requested'))))"""

GONE = """(t.push = 'void' OR EXISTS (SELECT 1 FROM orders_order r
  WHERE r.merchant_id = t.merchant_id AND r.id = t.order_id AND r.status = 'cancelled'))"""


@dataclass(frozen=True, slots=True)
class ShipmentClaim:
    """A list whose shipment is carried on by us; ``epoch`` fences off whoever held it before.

    ``awb`` is the number as the store gave it, because the store is asked for its label by it.
    """

    id: int
    epoch: int
    attempts: int
    state: str
    awb: str
    package: str
    courier: str
    order: str  # the store's own id
    handover: Mapping[str, Any]  # the way chosen by hand, or nothing


def claim_shipments(store_id: int, limit: int, lease: timedelta) -> list[ShipmentClaim]:
    """Take at most ``limit`` rows of a store for one try each, the most urgent first."""
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=current_scope().merchant_id,
        where=f"{DUE} AND {STANDS}",
        order="c.priority, c.id",
        changes="shipment_epoch = t.shipment_epoch + 1, shipment_attempts = t.shipment_attempts + 1,"
        " shipment_lease_until = %(lease)s",
        returning="t.id, t.shipment_epoch, t.shipment_attempts, t.shipment,"
        " coalesce(nullif(t.awb_given, ''), t.awb), t.package, t.courier,"
        " (SELECT r.external_id FROM orders_order r WHERE r.merchant_id = t.merchant_id AND r.id = t.order_id),"
        " t.handover",
        limit=limit,
        values={"store": store_id, "now": now(), "lease": now() + lease},
    )
    told: list[tuple[Any, ...]] = [(*row[:-1], json.loads(row[-1])) for row in rows]
    return [ShipmentClaim(*row) for row in told]


def set_aside_fallen(store_id: int) -> list[int]:
    """Rows whose order no longer stands: nothing is arranged for them, nothing asked; answers which they were.

    A void list's shipment ends; where the buyer only applies for cancellation, it is looked at again later.
    """
    rows = claim_rows(
        "outbound_outbound",
        merchant_id=current_scope().merchant_id,
        where=f"{DUE} AND NOT ({STANDS})",
        order="c.id",
        changes="shipment = CASE WHEN t.shipment = 'due' THEN 'none'"
        f" WHEN {GONE} THEN 'failed' ELSE t.shipment END,"
        f" shipment_error_code = CASE WHEN t.shipment <> 'due' AND {GONE} THEN 'order_gone'"
        " ELSE t.shipment_error_code END, shipment_next_at = %(later)s",
        returning="t.id",
        limit=500,
        values={"store": store_id, "now": now(), "later": now() + HELD_BACK},
    )
    return [row[0] for row in rows]


def park_shipments(store_id: int, until: datetime) -> None:
    """Nobody can be asked for this store's labels: look again at ``until``."""
    claim_rows(
        "outbound_outbound",
        merchant_id=current_scope().merchant_id,
        where=DUE,
        order="c.id",
        changes="shipment_next_at = %(until)s",
        returning="t.id",
        limit=5000,
        values={"store": store_id, "now": now(), "until": until},
    )


@dataclass(slots=True)
class Progress:
    """How far one try came. ``state`` is the farthest step; ``failed`` ends it in the store's words."""

    id: int
    epoch: int
    state: str
    awb: str = ""
    package: str = ""
    courier: str = ""
    hint: str = ""
    label: CheckedLabel | None = None
    failed: bool = False
    code: str = ""
    message: str = ""
    attempts: int = 0
    next_at: datetime | None = None


ARRANGED = """
UPDATE outbound_outbound SET shipment = 'arranged' WHERE merchant_id = %s AND id = ANY(%s) AND shipment = 'due'
"""
NUMBERED = """
UPDATE outbound_outbound o SET shipment = 'numbered', awb = v.awb, awb_given = v.given,
  package = CASE WHEN v.package <> '' THEN v.package ELSE o.package END,
  courier = CASE WHEN v.courier <> '' THEN v.courier ELSE o.courier END
FROM unnest(%(ids)s::bigint[], %(awbs)s::text[], %(givens)s::text[], %(packages)s::text[], %(couriers)s::text[])
  AS v(id, awb, given, package, courier)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id AND o.shipment IN ('none', 'due', 'arranged')
"""
LABELLED = """
UPDATE outbound_outbound o SET shipment = 'labelled', label_id = v.label
FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, label)
WHERE o.merchant_id = %s AND o.id = v.id AND o.shipment = 'numbered'
"""
ENDED = """
UPDATE outbound_outbound o SET shipment_lease_until = NULL, shipment_next_at = v.next_at,
  shipment_attempts = v.attempts, shipment_error_code = v.code, shipment_error_message = v.message,
  shipment_hint = v.hint,
  shipment = CASE WHEN v.failed AND o.shipment IN ('due', 'arranged', 'numbered') THEN 'failed' ELSE o.shipment END
FROM unnest(%(ids)s::bigint[], %(nexts)s::timestamptz[], %(attempts)s::int[], %(codes)s::text[],
            %(messages)s::text[], %(hints)s::text[], %(failed)s::bool[])
  AS v(id, next_at, attempts, code, message, hint, failed)
WHERE o.merchant_id = %(merchant)s AND o.id = v.id
"""
OURS = "SELECT id, shipment_epoch FROM outbound_outbound WHERE merchant_id = %s AND id = ANY(%s)"


def save_progress(progress: Sequence[Progress]) -> list[int]:
    """Write how far each came, step by step, so that every step is on record; answers the rows still ours.

    A row that somebody else has taken since (a lease that ran out, a label attached by hand) stays as it is.
    """
    merchant = current_scope().merchant_id
    held = lock_ids("outbound_outbound", merchant, [p.id for p in progress])
    with connection.cursor() as cursor:
        cursor.execute(OURS, [merchant, held])
        epochs = dict(cursor.fetchall())
        ours = [p for p in progress if epochs.get(p.id) == p.epoch]
        arranged = [p.id for p in ours if p.state != "due"]
        cursor.execute(ARRANGED, [merchant, arranged])
        cursor.execute(NUMBERED, _numbers(p for p in ours if p.state in ("numbered", "labelled")))
    label_numbers([(p.id, p.label) for p in ours if p.label is not None])
    with connection.cursor() as cursor:
        cursor.execute(ENDED, _endings(ours))
    return [p.id for p in ours]


def _numbers(progress: Iterable[Progress]) -> dict[str, Any]:
    rows = list(progress)
    return {
        "merchant": current_scope().merchant_id,
        "ids": [p.id for p in rows],
        "awbs": [clean_awb(p.awb) for p in rows],
        "givens": [other_form(p.awb) for p in rows],
        "packages": [p.package for p in rows],
        "couriers": [p.courier for p in rows],
    }


def _endings(progress: Sequence[Progress]) -> dict[str, Any]:
    return {
        "merchant": current_scope().merchant_id,
        "ids": [p.id for p in progress],
        "nexts": [p.next_at for p in progress],
        "attempts": [p.attempts for p in progress],
        "codes": [p.code for p in progress],
        "messages": [p.message for p in progress],
        "hints": [p.hint for p in progress],
        "failed": [p.failed for p in progress],
    }


def label_numbers(labels: Sequence[tuple[int, CheckedLabel]]) -> None:
    """Store the labels of numbered lists and move those on."""
    kept: Mapping[int, int] = keep_labels(dict(labels))
    with connection.cursor() as cursor:
        cursor.execute(LABELLED, [list(kept), list(kept.values()), current_scope().merchant_id])
