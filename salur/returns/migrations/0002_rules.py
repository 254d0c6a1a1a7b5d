from django.db import migrations

from salur.foundation.tenant_sql import append_only, tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "return",
        "returns_return",
        "state",
        ["expected"],
        [("expected", "received"), ("expected", "closed"), ("received", "closed")],
    ),
]


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]
    operations = [
        tenant_tables(
            ["returns_return", "returns_returnline", "returns_returnreceipt"],
            referable_tables=["returns_return", "returns_returnline"],
            keys={
                "returns_return": {
                    "order_id": "orders_order",
                    "outbound_id": "outbound_outbound",
                    "warehouse_id": "stock_warehouse",
                },
                "returns_returnline": {"returned_id": "returns_return", "product_id": "catalog_masterproduct"},
                "returns_returnreceipt": {"line_id": "returns_returnline"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        append_only("returns_returnreceipt"),
    ]
