from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables

MOVES = [
    ("not_pushed", "pushing"),
    ("pushing", "pushed"),
    ("pushing", "failed"),
    ("pushing", "not_pushed"),
    ("failed", "not_pushed"),
    ("pushed", "not_pushed"),
]


def machine() -> str:
    from salur.foundation.transitions import trigger_sql

    return trigger_sql(
        "catalog_product_push", "catalog_warehouseproduct", "push", ["not_pushed"], MOVES
    )


class Migration(migrations.Migration):
    # stock_warehouse is made a tenant table here: what is added to a warehouse points at it.
    dependencies = [("catalog", "0002_initial"), ("stock", "0001_initial"), ("integrations", "0002_rules")]
    operations = [
        tenant_tables(
            [
                "stock_warehouse",
                "catalog_masterproduct",
                "catalog_listing",
                "catalog_binding",
                "catalog_warehouseproduct",
            ],
            referable_tables=["stock_warehouse", "catalog_masterproduct"],
            keys={
                "stock_warehouse": {"account_id": "integrations_warehouseaccount"},
                "catalog_listing": {"store_id": "integrations_storeconnection"},
                "catalog_binding": {
                    "store_id": "integrations_storeconnection",
                    "product_id": "catalog_masterproduct",
                },
                "catalog_warehouseproduct": {"product_id": "catalog_masterproduct", "warehouse_id": "stock_warehouse"},
            },
        ),
        migrations.RunSQL(machine(), migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE POLICY catalog_warehouseproduct_finder ON catalog_warehouseproduct"
            " FOR SELECT TO CURRENT_ROLE USING (true);"
            "CREATE POLICY stock_warehouse_finder ON stock_warehouse FOR SELECT TO CURRENT_ROLE USING (true);",
            migrations.RunSQL.noop,
        ),
    ]
