"""The yardstick: the same orders and lines through COPY and merge into two plain tables, and nothing else.

Batches and commits are those of the import, so that the ratio of both says what parsing, binding, routing, reserving,
outbound lists, gates, reports, foreign keys and row-level security cost together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from .measuring import measured, report

TABLES = """
CREATE TABLE IF NOT EXISTS bench_order (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, external_id text COLLATE "C" NOT NULL UNIQUE, status text,
  version timestamptz, ordered_at timestamptz, paid_at timestamptz, currency text, total numeric, courier text,
  buyer text, recipient_name text, recipient_phone text, address_lines text[], district text, city text,
  province text, postal_code text, country text);
CREATE TABLE IF NOT EXISTS bench_line (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL, key text, sku text, name text,
  quantity int, unit_price numeric, UNIQUE (order_id, key));
TRUNCATE bench_order, bench_line;
CREATE TEMP TABLE in_order (LIKE bench_order) ON COMMIT DELETE ROWS;
ALTER TABLE in_order DROP COLUMN id;
CREATE TEMP TABLE in_line (external_id text COLLATE "C", key text, sku text, name text, quantity int,
  unit_price numeric) ON COMMIT DELETE ROWS;
"""
ORDER_COLUMNS = (
    "external_id, status, version, ordered_at, paid_at, currency, total, courier, buyer, recipient_name,"
    " recipient_phone, address_lines, district, city, province, postal_code, country"
)
CHANGED = ", ".join(f"{c} = EXCLUDED.{c}" for c in ORDER_COLUMNS.split(", ")[1:])
MERGE_ORDERS = f"""
INSERT INTO bench_order AS o ({ORDER_COLUMNS}) SELECT {ORDER_COLUMNS} FROM in_order
ON CONFLICT (external_id) DO UPDATE SET {CHANGED} WHERE o.version < EXCLUDED.version
"""
MERGE_LINES = """
INSERT INTO bench_line (order_id, key, sku, name, quantity, unit_price)
SELECT o.id, l.key, l.sku, l.name, l.quantity, l.unit_price
FROM in_line l JOIN bench_order o USING (external_id)
ON CONFLICT (order_id, key) DO UPDATE SET sku = EXCLUDED.sku, name = EXCLUDED.name, quantity = EXCLUDED.quantity,
  unit_price = EXCLUDED.unit_price
"""


def copy_and_merge(path: Path, name: str, orders: int) -> None:
    """Report orders/s; reading the file is not counted."""
    from django.conf import settings

    from salur.flows.imports import BATCH

    rows = list(_parsed(path))
    with psycopg.connect(settings.SALUR.owner_database_url) as connection:
        connection.execute(TABLES)
        connection.commit()
        with measured() as spent:
            source = iter(rows)
            while batch := list(islice(source, BATCH)):
                _bring_in(connection, batch)
                connection.commit()
    report(
        name,
        orders / spent.wall,
        "orders/s",
        orders,
        seconds=spent.wall,
        cpu_seconds=spent.cpu,
        database_cpu_seconds=spent.database_cpu,
        backend_cpu_seconds=spent.backend_cpu,
        cpu_us_per_order=(spent.cpu + (spent.backend_cpu or 0)) / orders * 1e6,
    )


def _bring_in(connection: psycopg.Connection[Any], batch: list[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]) -> None:
    cursor = connection.cursor()
    with cursor.copy(f"COPY in_order ({ORDER_COLUMNS}) FROM STDIN".encode()) as copy:
        for order, _ in batch:
            copy.write_row(order)
    with cursor.copy(b"COPY in_line FROM STDIN") as copy:
        for _, lines in batch:
            for line in lines:
                copy.write_row(line)
    cursor.execute(MERGE_ORDERS.encode())
    cursor.execute(MERGE_LINES)


def _parsed(path: Path) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    from salur.orders.formats import ParsedOrder, read_orders

    with path.open("rb") as file:
        for item in read_orders(file, zone="Asia/Bangkok", now=datetime.now(UTC)):
            if not isinstance(item, ParsedOrder):
                raise RuntimeError(f"line {item.line}: {item.code}")
            o, a = item.order, item.order.address
            head = (o.external_id, str(o.status), o.version, o.ordered_at, o.paid_at, o.currency, o.total, o.courier)
            person = (o.buyer, a.name, a.phone, list(a.lines), a.district, a.city, a.province, a.postal_code)
            lines = [(o.external_id, x.key, x.sku, x.name, x.quantity, x.unit_price) for x in o.lines]
            yield (*head, *person, a.country), lines
