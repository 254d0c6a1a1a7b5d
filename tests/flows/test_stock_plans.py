"""Pages of the stock list are read from an index that is entered at the page's key, under the row-level policies."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from salur.flows.stock_list import StockFilter, stock_page
from tests.harness.database import Database
from tests.world import World, make_world

MANY = """
INSERT INTO catalog_masterproduct (merchant_id, msku, name, barcode, weight_g, length_mm, width_mm, height_mm,
                                   declared_value, created_at)
SELECT %(merchant)s, 'M-' || lpad(n::text, 6, '0'), 'x', '', 0, 0, 0, 0, 0, now() FROM generate_series(1, 4000) n;
INSERT INTO stock_balance (merchant_id, warehouse_id, product_id, msku, on_hand, reserved, incoming, disputed, low_at)
SELECT merchant_id, %(warehouse)s, id, msku, id %% 40, 0, (id %% 50 = 0)::int, 0, 0 FROM catalog_masterproduct
WHERE merchant_id = %(merchant)s;
"""
LISTS = [
    (StockFilter(), "stock_balance_by_msku", "msku >"),
    (StockFilter(sort="free"), "stock_balance_by_free", "ROW(free, id) >"),
    (StockFilter(sort="-free"), "stock_balance_by_free", "ROW(free, id) <"),
    (StockFilter(show="out"), "stock_balance_out", "msku >"),
    (StockFilter(show="low"), "stock_balance_low", "msku >"),
    (StockFilter(show="incoming"), "stock_balance_incoming", "msku >"),
]


@pytest.fixture
def world(db: Database) -> World:
    made = make_world()
    with made.scope(), connection.cursor() as cursor:
        cursor.execute(MANY, {"merchant": made.merchant_id, "warehouse": made.warehouse_id})
    db.admin.execute("ANALYZE catalog_masterproduct, stock_balance")  # else it is planned for what stood there before
    return made


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are small
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a_deep_page_of_each_list_begins_in_the_middle_of_its_index(world: World) -> None:
    with world.scope():
        for wanted, index, begins in LISTS:
            here = StockFilter(warehouse=world.warehouse_id, show=wanted.show, sort=wanted.sort)
            first, rows = stock_page(here, None, 20)
            assert len(rows) == 20, wanted
            with CaptureQueriesContext(connection) as caught:
                stock_page(here, first.next_cursor, 20)
            plan = plan_of(caught.captured_queries[0]["sql"])
            assert index in plan, plan
            condition = next(line for line in plan.splitlines() if "Index Cond" in line)
            assert begins in condition, plan
            assert "Sort" not in plan, plan
