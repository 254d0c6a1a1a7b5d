"""Lists stay fast when they are great: each page is read from an index, where its keyset says, past no other rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from salur.catalog.queries import product_page
from salur.foundation.paging import _encode
from salur.outbound.queries import OrderFilter, OutboundFilter, order_rows, outbound_rows
from tests.harness.database import Database
from tests.world import make_world, store_order

LAST = _encode("p", [0])
LAST_PRODUCT = _encode("p", ["\U0010ffff", 2**60])

# What is read -> the index that must answer it, and what the index is asked for.
PAGES: dict[str, tuple[Callable[[], Any], str, str]] = {
    "products": (lambda: product_page("", None), "catalog_msku_once", "merchant_id ="),
    "products, last page": (lambda: product_page("", LAST_PRODUCT), "catalog_msku_once", "(msku <= "),
    "orders, last page": (lambda: order_rows(OrderFilter(), LAST), "orders_order_(tenant_key|pkey)", "(id > "),
    "orders of a status, last page": (
        lambda: order_rows(OrderFilter(status="ready"), LAST),
        "orders_order_list",
        "(status = 'ready'::text) AND (id > ",
    ),
    "orders by number": (
        lambda: order_rows(OrderFilter(search="E123"), None),
        "orders_order_search",
        "(external_id >= 'E123'::text)",
    ),
    "outbound lists, last page": (
        lambda: outbound_rows(OutboundFilter(), LAST),
        "outbound_outbound_(tenant_key|pkey)",
        "(id > ",
    ),
    "outbound lists of a state, last page": (
        lambda: outbound_rows(OutboundFilter(push="rejected"), LAST),
        "outbound_list_push",
        "(push = 'rejected'::text) AND (id > ",
    ),
    "outbound lists of a task, last page": (
        lambda: outbound_rows(OutboundFilter(task="exception"), LAST),
        "outbound_list_task",
        "(task = 'exception'::text) AND (id > ",
    ),
}


MANY = 20_000
# Each table's copies of its first row, one in a hundred of them different.
COPIES = {
    "catalog_masterproduct": "'msku', 'M' || k",
    "catalog_warehouseproduct": (
        "'product_id', t.product_id + k, 'push', CASE k % 100 WHEN 0 THEN 'failed' ELSE 'pushed' END"
    ),
    "orders_order": "'external_id', 'E' || k, 'status', CASE k % 100 WHEN 0 THEN 'ready' ELSE 'completed' END",
    "outbound_outbound": (
        "'order_id', t.order_id + k, 'reference', 'R' || k, 'closed_gates', '{}'::jsonb, 'reserved', false,"
        " 'push', CASE k % 100 WHEN 0 THEN 'rejected' ELSE 'pushed' END,"
        " 'task', CASE k % 100 WHEN 1 THEN 'exception' ELSE 'none' END"
    ),
}


def fill(db: Database) -> None:
    """Make the tables large enough for an index to pay, with statistics; past triggers and foreign keys."""
    with db.admin.transaction():
        db.admin.execute("SET LOCAL session_replication_role = replica")
        for table, changes in COPIES.items():
            db.admin.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
                f" SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id + k, {changes}))).*"
                f" FROM {table} t, generate_series(1000, {MANY}) k"
                f" WHERE t.id = (SELECT min(id) FROM {table})".encode()
            )
    for table in COPIES:
        db.admin.execute(f"ANALYZE {table}".encode())


def plan_of(read: Callable[[], Any]) -> str:
    """How the first statement of ``read`` is carried out (inside a scope)."""
    with CaptureQueriesContext(connection) as asked:
        read()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # 20,000 rows are still soon passed over
        cursor.execute("EXPLAIN " + asked.captured_queries[0]["sql"].replace("%", "%%"))
        return "\n".join(row[0] for row in cursor.fetchall())


def test_each_page_is_read_from_an_index_at_its_place(db: Database) -> None:
    world, wrong = make_world(), []
    world.add_product("TEA", pieces=1)
    world.ingest(store_order("A", "TEA"))
    fill(db)
    for name, (read, index, asked) in PAGES.items():
        with world.scope():
            plan = plan_of(read)
        found = re.search(rf"(using|on) {index} .*\n\s+Index Cond: .*{re.escape(asked)}", plan)
        if not found or re.search(f"Seq Scan on ({'|'.join(COPIES)})", plan):
            wrong.append(f"{name}\n{plan}")
    assert not wrong, "\n".join(wrong)
