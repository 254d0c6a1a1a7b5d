"""Putting a batch of orders into the tables: one COPY and one upsert, whatever the batch's size (design 13).

An order seen twice is one order (unique store + external id); an older version never replaces a newer one; a status
that the machine does not list is not taken over (it is kept as evidence in the run's row).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from salur.connectors.base.types import StoreOrder
from salur.foundation.clock import now
from salur.foundation.staging import stage, text_array
from salur.tenancy.scope import current_scope

from .states import ORDER

COLUMNS = (
    ("external_id", "text"),
    ("number", "text"),
    ("status", "text"),
    ("raw_status", "text"),
    ("version", "timestamptz"),
    ("ordered_at", "timestamptz"),
    ("paid_at", "timestamptz"),
    ("ship_by", "timestamptz"),
    ("currency", "text"),
    ("total", "numeric"),
    ("cash_on_delivery", "bool"),
    ("courier", "text"),
    ("buyer", "text"),
    ("note", "text"),
    ("cancel_reason", "text"),
    ("recipient_name", "text"),
    ("recipient_phone", "text"),
    ("recipient_email", "text"),
    ("address_lines", "text[]"),
    ("district", "text"),
    ("city", "text"),
    ("province", "text"),
    ("postal_code", "text"),
    ("country", "text"),
)
ADDRESS = (
    "recipient_name",
    "recipient_phone",
    "recipient_email",
    "address_lines",
    "district",
    "city",
    "province",
    "postal_code",
    "country",
)
PLAIN = [c for c, _ in COLUMNS if c not in (*ADDRESS, "external_id", "number", "status")]
NAMES = ", ".join(c for c, _ in COLUMNS)

MASKED = "EXCLUDED.recipient_name LIKE '%%**%%'"
KEEP_READABLE = ", ".join(
    f"{c} = CASE WHEN {MASKED} OR o.address_corrected_at IS NOT NULL THEN o.{c} ELSE EXCLUDED.{c} END" for c in ADDRESS
)
AT_STORE = ", ".join(f"'{c}', EXCLUDED.{c}" for c in ADDRESS)

OVERRULED = "EXCLUDED.status = 'cancel_requested' AND o.wish_overruled_at IS NOT NULL"

MERGE = f"""
INSERT INTO orders_order AS o (merchant_id, store_id, source, first_status, first_seen_at, changed_at, {NAMES})
SELECT %(merchant)s, %(store)s, %(source)s, s.status, %(at)s, %(at)s, {", ".join(f"s.{c}" for c, _ in COLUMNS)}
FROM salur_in_order s ORDER BY s.external_id  -- one order for all, or two batches wait for each other
ON CONFLICT (merchant_id, store_id, external_id) DO UPDATE SET
  status = CASE WHEN {OVERRULED} THEN o.status  -- a person has said that it is shipped all the same
    WHEN (o.status || '>' || EXCLUDED.status) = ANY(%(pairs)s) THEN EXCLUDED.status ELSE o.status END,
  {", ".join(f"{c} = EXCLUDED.{c}" for c in PLAIN)},
  number = coalesce(nullif(EXCLUDED.number, ''), o.number),
  {KEEP_READABLE},
  address_at_store = CASE WHEN {MASKED} OR o.address_corrected_at IS NULL THEN o.address_at_store
    ELSE jsonb_build_object({AT_STORE}) END,  -- a person's correction counts; the page shows both
  wish_overruled_at = CASE WHEN {OVERRULED} THEN o.wish_overruled_at END,
  changed_at = %(at)s
WHERE o.version < EXCLUDED.version OR (o.version = EXCLUDED.version AND o.raw_status <> EXCLUDED.raw_status)
RETURNING o.external_id, o.id, (xmax = 0), o.status
"""


class Merged(NamedTuple):
    """What became of one order: ``created`` or changed; unchanged ones are not answered."""

    id: int
    created: bool
    status: str


def _rows(orders: Sequence[StoreOrder], currency: str) -> Iterator[tuple[Any, ...]]:
    for o in orders:
        a = o.address
        yield (
            o.external_id,
            "" if o.number == o.external_id else o.number,
            str(o.status),
            o.raw_status,
            _moment(o.version),
            _moment(o.ordered_at),
            _moment(o.paid_at),
            _moment(o.ship_by),
            o.currency or currency,
            o.total,
            o.cash_on_delivery,
            o.courier,
            o.buyer,
            o.note,
            o.cancel_reason,
            a.name,
            a.phone,
            a.email,
            text_array(a.lines),
            a.district,
            a.city,
            a.province,
            a.postal_code,
            a.country,
        )


def _moment(at: datetime | None) -> str | None:
    """As PostgreSQL reads it: cheaper than adapting the object."""
    return None if at is None else at.isoformat()


def merge_orders(store_id: int, source: str, orders: Sequence[StoreOrder], *, currency: str) -> dict[str, Merged]:
    """Insert or update the batch (external ids unique in it); answers created and changed ones by external id.

    ``currency`` fills orders that name none. A masked recipient (asterisks, as stores show it after shipping) never
    overwrites a readable one.
    """
    stage("salur_in_order", COLUMNS, _rows(orders, currency))
    with connection.cursor() as cursor:
        cursor.execute(
            MERGE,
            {
                "merchant": current_scope().merchant_id,
                "store": store_id,
                "source": source,
                "at": now(),
                "pairs": [f"{a}>{b}" for a, b in ORDER.pairs],
            },
        )
        return {external: Merged(i, created, status) for external, i, created, status in cursor.fetchall()}


LINE_COLUMNS = (
    ("id", "bigint"),
    ("order_id", "bigint"),
    ("key", "text"),
    ("sku", "text"),
    ("name", "text"),
    ("quantity", "int"),
    ("unit_price", "numeric"),
    ("item_id", "text"),
    ("model_id", "text"),
    ("bound", "bool"),
)
LINE_NAMES = ", ".join(c for c, _ in LINE_COLUMNS)
INSERT_LINES = f"""
INSERT INTO orders_orderline AS l (merchant_id, {LINE_NAMES})
SELECT %(merchant)s, {LINE_NAMES} FROM salur_in_line
"""
MERGE_LINES = f"""
{INSERT_LINES}
ON CONFLICT (merchant_id, order_id, key) DO UPDATE SET sku = EXCLUDED.sku, name = EXCLUDED.name,
  quantity = EXCLUDED.quantity, unit_price = EXCLUDED.unit_price, bound = EXCLUDED.bound
WHERE (l.sku, l.name, l.quantity, l.unit_price, l.bound)
  IS DISTINCT FROM (EXCLUDED.sku, EXCLUDED.name, EXCLUDED.quantity, EXCLUDED.unit_price, EXCLUDED.bound)
"""


def take_ids(table: str, count: int) -> list[int]:
    """Reserve ``count`` ids of a table, so that rows that point at each other can be written in one go."""
    with connection.cursor() as cursor:
        # The sequence is looked up once (as a scalar subquery), not once per id.
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


class LineRow(NamedTuple):
    """An order line as it is written; ``id`` was taken beforehand (an existing line keeps its own).

    Fields stand in the order of ``LINE_COLUMNS``, so that a row is copied as it is.
    """

    id: int
    order_id: int
    key: str
    sku: str
    name: str
    quantity: int
    unit_price: Any
    item_id: str
    model_id: str
    bound: bool


def merge_lines(rows: Sequence[LineRow], *, fresh: bool = False) -> None:
    """Insert or update order lines by (order, key). ``fresh``: of orders that were only just made, which is cheaper."""
    if not rows:
        return
    stage("salur_in_line", LINE_COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(INSERT_LINES if fresh else MERGE_LINES, {"merchant": current_scope().merchant_id})
