from django.db import migrations

from salur.foundation.tenant_sql import append_only, tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "stocktake",
        "stocktakes_stocktake",
        "state",
        ["counting"],
        [
            ("counting", "checking"),
            ("checking", "counting"),
            ("checking", "approved"),
            ("counting", "cancelled"),
            ("checking", "cancelled"),
        ],
    ),
]


class Migration(migrations.Migration):
    dependencies = [("stocktakes", "0001_initial")]
    operations = [
        tenant_tables(
            ["stocktakes_stocktake", "stocktakes_stocktakeline", "stocktakes_stocktakeentry"],
            referable_tables=["stocktakes_stocktake", "stocktakes_stocktakeline"],
            keys={
                "stocktakes_stocktake": {"warehouse_id": "stock_warehouse"},
                "stocktakes_stocktakeline": {
                    "stocktake_id": "stocktakes_stocktake",
                    "warehouse_id": "stock_warehouse",
                    "product_id": "catalog_masterproduct",
                },
                "stocktakes_stocktakeentry": {"line_id": "stocktakes_stocktakeline"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        append_only("stocktakes_stocktakeentry"),
    ]
