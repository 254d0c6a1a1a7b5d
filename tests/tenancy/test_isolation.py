"""Merchants are kept apart by PostgreSQL itself, whatever the code forgets (design 11)."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from salur.orders.models import Order
from salur.outbound.models import Outbound
from salur.stock.models import Balance
from salur.tenancy.scope import NoMerchantScope, OtherMerchantScope, merchant_scope
from salur.tenancy.tenant_model import TenantForeignKey, TenantModel
from tests.world import World, make_world, store_order

pytestmark = pytest.mark.usefixtures("db")


def tenant_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if any(f.name == "merchant_id" for f in m._meta.get_fields())]


TENANT = tenant_models()


@pytest.fixture
def two(db: Any) -> tuple[World, World]:
    worlds = make_world(), make_world()
    for world in worlds:
        world.add_product("TEA", pieces=10)
        world.ingest(store_order("A1", "TEA"))
    return worlds


@pytest.mark.parametrize("model", TENANT, ids=lambda m: m._meta.db_table)
def test_every_table_with_a_merchant_has_its_forced_policy(db: Any, model: type[models.Model]) -> None:
    assert issubclass(model, TenantModel)
    table = model._meta.db_table
    ((enabled, forced),) = db.rows(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table
    )
    assert (enabled, forced) == (True, True)
    policies = db.rows("SELECT cmd, qual, with_check, roles::text FROM pg_policies WHERE tablename = %s", table)
    own = [p for p in policies if p[0] == "ALL"]
    assert [(p[1], p[2]) for p in own] == [("(merchant_id = salur_merchant())",) * 2]
    others = [p for p in policies if p[0] != "ALL"]
    assert all(p[0] == "SELECT" and "app" not in p[3] and "public" not in p[3] for p in others)


FOREIGN = [(m, f) for m in TENANT for f in m._meta.get_fields() if isinstance(f, TenantForeignKey)]


@pytest.mark.parametrize(
    ("model", "field"), FOREIGN, ids=lambda x: getattr(x, "name", x._meta.db_table if hasattr(x, "_meta") else x)
)
def test_a_key_between_tenant_tables_is_composite(db: Any, model: type[models.Model], field: Any) -> None:
    keys = db.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
        model._meta.db_table,
    )
    target = field.related_model._meta.db_table
    # More columns may stand behind: a bundle's parts point at the kind of their product as well.
    wanted = re.compile(
        rf"FOREIGN KEY \(merchant_id, {field.column}(, \w+)*\) REFERENCES {target}\(merchant_id, id(, \w+)*\)"
    )
    assert any(wanted.match(definition) for (definition,) in keys), keys


def test_a_plain_key_to_a_tenant_table_does_not_exist() -> None:
    plain = [
        f"{m.__name__}.{f.name}"
        for m in TENANT
        for f in m._meta.get_fields()
        if isinstance(f, models.ForeignKey)
        and not isinstance(f, TenantForeignKey)
        and issubclass(f.related_model, TenantModel)
    ]
    assert plain == []


def test_without_a_scope_the_database_shows_no_rows(two: tuple[World, World]) -> None:
    with connection.cursor() as cursor:
        for model in (Order, Outbound, Balance):
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,)
    with pytest.raises(NoMerchantScope):
        Order.objects.count()


def test_raw_sql_sees_and_changes_the_scopes_merchant_only(two: tuple[World, World]) -> None:
    first, second = two
    with first.scope(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT merchant_id FROM orders_order")
        assert cursor.fetchall() == [(first.merchant_id,)]
        cursor.execute("UPDATE orders_order SET buyer = 'mine'")
        assert cursor.rowcount == 1
        cursor.execute("DELETE FROM outbound_outboundline")
        assert cursor.rowcount == 1
    assert second.order("A1").buyer == ""
    assert len(second.lists("A1")) == 1


def test_a_row_of_another_merchant_cannot_be_written(two: tuple[World, World]) -> None:
    first, second = two
    with pytest.raises(Exception, match="row-level security"), first.scope(), connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET merchant_id = %s", [second.merchant_id])


def test_a_key_cannot_point_across_merchants(two: tuple[World, World]) -> None:
    first, second = two
    with pytest.raises(IntegrityError), first.scope():
        Outbound.objects.update(warehouse_id=second.warehouse_id)


def test_one_transaction_serves_one_merchant(two: tuple[World, World]) -> None:
    first, second = two
    with pytest.raises(OtherMerchantScope), first.scope(), second.scope():
        pass
    with first.scope(), merchant_scope(first.merchant_id, actor="inner", cause="joined") as joined:
        assert joined.merchant_id == first.merchant_id


def test_a_pooled_connection_carries_nothing_over(two: tuple[World, World]) -> None:
    with two[0].scope():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('salur.merchant', true), '')")
        assert cursor.fetchone() == ("",)


def test_the_application_is_no_superuser_owns_nothing_and_cannot_change_tables(db: Any) -> None:
    with psycopg.connect(db.url) as app:
        role = app.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == (False, False, False, False)
        owned = app.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'"
        ).fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY")


def test_even_the_owner_sees_no_orders_without_a_scope(db: Any, two: tuple[World, World]) -> None:
    with psycopg.connect(db.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM orders_order").fetchone() == (0,)


def test_finder_functions_answer_ids_only(db: Any) -> None:
    rows = db.rows(
        "SELECT proname, pg_get_function_result(oid) FROM pg_proc WHERE prosecdef AND proname LIKE 'salur%%' ORDER BY 1"
    )
    assert dict(rows) == {
        "salur_connection_merchant": "bigint",
        "salur_create_merchant": "bigint",
        "salur_daily_sync_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_due_work": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_inbound_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_memberships": "TABLE(merchant_id bigint, name text, role text)",
        "salur_merchants": "TABLE(merchant_id bigint)",
        "salur_product_import_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_stock_file_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_recheck_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_store_stock_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_token": "TABLE(merchant_id bigint, token_id bigint)",
        "salur_upload_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_bulk_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_rule_run_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
        "salur_hold_due": "TABLE(kind text, merchant_id bigint, target_id bigint)",
    }
