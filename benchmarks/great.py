"""Great tables in minutes: a few rows that the application made itself, multiplied by the database.

Filled by an administrator past triggers and foreign keys (``session_replication_role``), so only what was right in the
small is there in the great: each copy shifts the ids of all copied tables by the same distance.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from .ground import ADMIN
from .shop import Shop

APART = 1_000_000
"""Distance between the ids of two copies; the originals' ids are all smaller."""

ORDERS = {
    "orders_order": {"external_id": "t.external_id || '-' || k"},
    "orders_orderline": {"order_id": "t.order_id + k * {apart}"},
    "orders_orderproblem": {"order_id": "t.order_id + k * {apart}"},
    "outbound_outbound": {"order_id": "t.order_id + k * {apart}", "reference": "t.reference || 'X' || k"},
    "outbound_outboundline": {
        "outbound_id": "t.outbound_id + k * {apart}",
        "order_line_id": "t.order_line_id + k * {apart}",
    },
}
"""Tables that are copied with an order, and what differs in a copy beside its id."""


@contextmanager
def _administrator() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(os.environ[ADMIN], autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")  # of the filling alone
        connection.execute("SET maintenance_work_mem = '512MB'")
        yield connection


def multiply_orders(shop: Shop, times: int) -> None:
    """Each order of the shop so many times, with lines, problems and outbound lists; then statistics."""
    with _administrator() as connection:
        for table, changes in ORDERS.items():
            _multiply(connection, table, shop.merchant_id, times, changes)
        _settle(connection, ORDERS)


def _multiply(
    connection: psycopg.Connection[Any], table: str, merchant: int, times: int, changes: Mapping[str, str]
) -> None:
    columns = _columns(connection, table)
    changed = {"id": "t.id + k * {apart}", **changes}
    values = [sql.SQL(changed[c].format(apart=APART)) if c in changed else sql.Identifier("t", c) for c in columns]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values}"
            " FROM generate_series(1, %s) k, {table} t WHERE t.merchant_id = %s AND t.id < %s ORDER BY k, t.id"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
        ),
        [times - 1, merchant, APART],
    )


def _columns(connection: psycopg.Connection[Any], table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [row[0] for row in rows.fetchall()]


def _settle(connection: psycopg.Connection[Any], tables: Iterable[str]) -> None:
    """As a table stands that has grown for months: sequences past the ids, vacuumed, statistics taken."""
    for table in tables:
        name = sql.Identifier(table)
        connection.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) + 1 FROM {}))").format(name),
            [table],
        )
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(name))


STOCK = ("catalog_masterproduct", "catalog_warehouseproduct", "stock_balance", "stock_movement")

PRODUCTS = """
INSERT INTO catalog_masterproduct ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM generate_series(1, %(products)s) k,
  (SELECT * FROM catalog_masterproduct WHERE merchant_id = %(merchant)s ORDER BY id LIMIT 1) t
"""
ADDED = """
INSERT INTO catalog_warehouseproduct ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM generate_series(1, %(products)s) k, unnest(%(warehouses)s::bigint[]) WITH ORDINALITY w(id, n),
  (SELECT * FROM catalog_warehouseproduct WHERE merchant_id = %(merchant)s ORDER BY id LIMIT 1) t
ORDER BY k, n
"""
BALANCES = """
INSERT INTO stock_balance (id, merchant_id, warehouse_id, product_id, msku, on_hand, reserved, incoming, disputed)
OVERRIDING SYSTEM VALUE
SELECT {apart} + (k - 1) * cardinality(%(warehouses)s::bigint[]) + n, %(merchant)s, w.id, {apart} + k,
  'GREAT-' || lpad(k::text, 7, '0'), %(movements)s, 0, 0, 0
FROM generate_series(1, %(products)s) k, unnest(%(warehouses)s::bigint[]) WITH ORDINALITY w(id, n) ORDER BY k, n
"""
MOVEMENTS = """
INSERT INTO stock_movement
  (merchant_id, balance_id, cause, cause_id, d_on_hand, d_reserved, d_incoming, d_disputed, note, actor, at)
SELECT %(merchant)s, b.id, 'adjust', m, 1, 0, 0, 0, '', 'bench', now()
FROM stock_balance b, generate_series(1, %(movements)s) m WHERE b.merchant_id = %(merchant)s AND b.id > {apart}
ORDER BY m, b.id
"""


def fill_stock(shop: Shop, warehouses: list[int], products: int, movements: int) -> None:
    """So many further products, each in all these warehouses, and so many movements of each balance."""
    values = {"merchant": shop.merchant_id, "warehouses": warehouses, "products": products, "movements": movements}
    with _administrator() as connection:
        product = {"id": f"{APART} + k", "msku": "'GREAT-' || lpad(k::text, 7, '0')", "name": "'Great product ' || k"}
        added = {
            "id": f"{APART} + (k - 1) * cardinality(%(warehouses)s::bigint[]) + n",
            "product_id": f"{APART} + k",
            "warehouse_id": "w.id",
        }
        for statement, table, changed in (
            (PRODUCTS, "catalog_masterproduct", product),
            (ADDED, "catalog_warehouseproduct", added),
        ):
            columns = _columns(connection, table)
            shown = ", ".join(changed.get(c, f't."{c}"') for c in columns)
            names = ", ".join(f'"{c}"' for c in columns)
            connection.execute(statement.format(columns=names, values=shown).encode(), values)
        connection.execute(BALANCES.format(apart=APART).encode(), values)
        if movements:
            connection.execute(MOVEMENTS.format(apart=APART).encode(), values)
        _settle(connection, STOCK)
