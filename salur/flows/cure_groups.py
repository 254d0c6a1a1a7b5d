"""What holds orders back, over all of them, each evidence once: “312 orders: SKU A-9 not in ECCANG-JKT” (R112 to R114).

Each row of the table names a cause, the statement that groups its orders by what would cure them, and the remedy. The
statements name only orders whose problem of this cause is open, so that a group goes when its cause does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from salur.orders.problems import ProblemCause
from salur.orders.queries import ProblemGroup
from salur.tenancy.counting import COUNTED_UP_TO
from salur.tenancy.scope import current_scope

MOST_GROUPS = 30  # of a cause; the largest come first


@dataclass(frozen=True, slots=True)
class Kind:
    """How one cause is grouped. ``keys`` name what a group is told by, ``shown`` what its sentence needs beside.

    ``select`` gives: the keys, the shown values, the order's id and since when.
    """

    cause: ProblemCause
    remedy: str
    keys: tuple[str, ...]
    shown: tuple[str, ...]
    select: str

    @property
    def names(self) -> str:
        """The columns before the order's."""
        return ", ".join((*self.keys, *self.shown))


OPEN = """FROM (
  SELECT merchant_id, order_id, evidence, opened_at FROM orders_orderproblem
  WHERE merchant_id = %(merchant)s AND cause = %(cause)s AND closed_at IS NULL ORDER BY id LIMIT %(read)s
) AS p"""
LISTS = f"""{OPEN}
JOIN outbound_outbound o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
JOIN stock_warehouse w ON w.merchant_id = o.merchant_id AND w.id = o.warehouse_id"""
GOODS = """
JOIN outbound_outboundline l ON l.merchant_id = o.merchant_id AND l.outbound_id = o.id
JOIN catalog_masterproduct m ON m.merchant_id = l.merchant_id AND m.id = l.product_id"""

KINDS: tuple[Kind, ...] = (
    Kind(
        ProblemCause.UNMAPPED_SKU,
        "link",
        ("store_id", "sku"),
        ("store",),
        f"""SELECT r.store_id, l.sku, s.name, p.order_id, p.opened_at {OPEN}
        JOIN orders_order r ON r.merchant_id = p.merchant_id AND r.id = p.order_id
        JOIN orders_orderline l ON l.merchant_id = p.merchant_id AND l.order_id = p.order_id AND NOT l.bound
        JOIN integrations_storeconnection s ON s.merchant_id = r.merchant_id AND s.id = r.store_id""",
    ),
    Kind(
        ProblemCause.NOT_IN_WAREHOUSE,
        "add",
        ("warehouse_id", "product_id"),
        ("warehouse", "msku"),
        f"""SELECT w.id, m.id, w.name, m.msku, p.order_id, p.opened_at {LISTS} {GOODS}
        WHERE o.push = 'waiting' AND NOT EXISTS (SELECT 1 FROM catalog_warehouseproduct k
          WHERE k.merchant_id = m.merchant_id AND k.product_id = m.id AND k.warehouse_id = w.id)""",
    ),
    Kind(
        ProblemCause.NO_STOCK,
        "stock",
        ("warehouse_id", "product_id"),
        ("warehouse", "msku", "own"),
        f"""SELECT w.id, m.id, w.name, m.msku, w.account_id IS NULL, p.order_id, p.opened_at {LISTS} {GOODS}
        LEFT JOIN stock_balance b ON b.merchant_id = m.merchant_id AND b.product_id = m.id AND b.warehouse_id = w.id
        WHERE o.push = 'waiting' AND NOT o.reserved AND coalesce(b.on_hand - b.reserved, 0) < l.quantity""",
    ),
    Kind(
        ProblemCause.PUSH_REJECTED,
        "push_again",
        ("warehouse_id", "reason"),
        ("warehouse",),
        f"""SELECT w.id, coalesce(nullif(o.push_error_message, ''), o.push_error_code), w.name, p.order_id, p.opened_at
        {LISTS} WHERE o.push = 'rejected'""",
    ),
    Kind(
        ProblemCause.LABEL_MISSING,
        "arrange",
        ("store_id", "reason"),
        ("store",),
        f"""SELECT o.store_id, coalesce(nullif(o.shipment_error_message, ''), o.shipment_error_code), s.name,
        p.order_id, p.opened_at {LISTS}
        JOIN integrations_storeconnection s ON s.merchant_id = o.merchant_id AND s.id = o.store_id
        WHERE o.shipment = 'failed' AND o.push IN ('waiting', 'ready')""",
    ),
    Kind(
        ProblemCause.ADDRESS_INCOMPLETE,
        "address",
        ("warehouse", "lacks"),
        (),
        f"SELECT p.evidence->>'warehouse', p.evidence->>'lacks', p.order_id, p.opened_at {OPEN}",
    ),
    Kind(
        ProblemCause.MIXED_WAREHOUSES,
        "warehouse",
        ("warehouse", "other"),
        (),
        f"SELECT p.evidence->>'warehouse', p.evidence->>'other', p.order_id, p.opened_at {OPEN}",
    ),
    Kind(
        ProblemCause.NO_RULE,
        "warehouse",
        ("country", "msku"),
        (),
        f"SELECT p.evidence->>'country', p.evidence->>'msku', p.order_id, p.opened_at {OPEN}",
    ),
    Kind(
        ProblemCause.COUNTRY_NOT_SERVED,
        "warehouse",
        ("country", "warehouse"),
        (),
        f"SELECT p.evidence->>'country', p.evidence->>'warehouse', p.order_id, p.opened_at {OPEN}",
    ),
)
KIND_OF: Mapping[str, Kind] = {kind.cause: kind for kind in KINDS}

GROUPED = """
SELECT {names}, count(DISTINCT x.order_id), min(x.since) FROM ({select}) AS x({names}, order_id, since)
WHERE {same} GROUP BY {names} ORDER BY count(DISTINCT x.order_id) DESC, {names} LIMIT %(most)s
"""
CONCERNED = """
SELECT DISTINCT x.order_id FROM ({select}) AS x({names}, order_id, since) WHERE {same} ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class CureGroup:
    """Orders that one remedy would let go on. ``key`` tells the group, ``shown`` is what its sentence names.

    ``more``: the cause holds more orders than were looked at, so the group may be greater than it was counted.
    """

    cause: str
    remedy: str
    key: Mapping[str, Any]
    shown: Mapping[str, Any]
    orders: int
    oldest: datetime
    more: bool = False

    @property
    def told(self) -> str:
        """The key as one text."""
        return told_by(self.key)


def told_by(key: Mapping[str, Any]) -> str:
    """A group's key as one text, to compare it by."""
    return json.dumps(as_texts(key), sort_keys=True)


def cure_groups(held: Iterable[ProblemGroup]) -> list[CureGroup]:
    """Groups of those causes that have a remedy, the largest first (inside a scope).

    ``held`` are the causes with open problems. Of each, as many orders are looked at as were counted, the first ones;
    a remedy takes them all.
    """
    found: list[CureGroup] = []
    for cause in held:
        if cause.cause in KIND_OF:
            found += _groups(KIND_OF[cause.cause], more=cause.more)
    return sorted(found, key=lambda group: -group.orders)


def _groups(kind: Kind, key: Mapping[str, Any] | None = None, *, more: bool = False) -> list[CureGroup]:
    same = _same(kind) if key is not None else "true"
    values = _values(kind, COUNTED_UP_TO if more else None) | {"most": MOST_GROUPS} | as_texts(key or {})
    with connection.cursor() as cursor:
        cursor.execute(GROUPED.format(names=kind.names, select=kind.select, same=same), values)
        rows = cursor.fetchall()
    return [
        CureGroup(
            kind.cause,
            kind.remedy,
            dict(zip(kind.keys, row, strict=False)),
            dict(zip(kind.shown, row[len(kind.keys) :], strict=False)),
            row[-2],
            row[-1],
            more,
        )
        for row in rows
    ]


def group_of(cause: str, key: Mapping[str, Any]) -> CureGroup | None:
    """The group that a key tells, as it is now."""
    kind = KIND_OF.get(cause)
    if kind is None or set(key) != set(kind.keys):
        return None
    return next(iter(_groups(kind, key)), None)


def _same(kind: Kind) -> str:
    """Keys come back from forms and programs as text."""
    return " AND ".join(f"coalesce(x.{name}::text, '') = %({name})s" for name in kind.keys)


def as_texts(key: Mapping[str, Any]) -> dict[str, str]:
    """A group's key as forms and programs hold it."""
    return {name: "" if value is None else str(value).replace("\x00", "") for name, value in key.items()}


def orders_of(group: CureGroup) -> list[int]:
    """The orders of a group."""
    kind = KIND_OF[group.cause]
    with connection.cursor() as cursor:
        statement = CONCERNED.format(names=kind.names, select=kind.select, same=_same(kind))
        cursor.execute(statement, _values(kind) | as_texts(group.key))
        return [row[0] for row in cursor.fetchall()]


def _values(kind: Kind, read: int | None = None) -> dict[str, Any]:
    """``read``: how many open problems are looked at, the first ones; None for all."""
    return {"merchant": current_scope().merchant_id, "cause": str(kind.cause), "read": read}
