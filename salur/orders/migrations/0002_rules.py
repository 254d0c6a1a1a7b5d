from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "orders_order",
        "orders_order",
        "status",
        ["unpaid", "paid", "ready", "shipped", "completed", "cancel_requested", "cancelled", "unknown"],
        [("cancel_requested", "cancelled"), ("cancel_requested", "completed"), ("cancel_requested", "paid"), ("cancel_requested", "ready"), ("cancel_requested", "shipped"), ("cancel_requested", "unknown"), ("cancel_requested", "unpaid"), ("cancelled", "unknown"), ("completed", "unknown"), ("paid", "cancel_requested"), ("paid", "cancelled"), ("paid", "completed"), ("paid", "ready"), ("paid", "shipped"), ("paid", "unknown"), ("ready", "cancel_requested"), ("ready", "cancelled"), ("ready", "completed"), ("ready", "paid"), ("ready", "shipped"), ("ready", "unknown"), ("shipped", "cancel_requested"), ("shipped", "cancelled"), ("shipped", "completed"), ("shipped", "ready"), ("shipped", "unknown"), ("unknown", "cancel_requested"), ("unknown", "cancelled"), ("unknown", "completed"), ("unknown", "paid"), ("unknown", "ready"), ("unknown", "shipped"), ("unknown", "unpaid"), ("unpaid", "cancel_requested"), ("unpaid", "cancelled"), ("unpaid", "completed"), ("unpaid", "paid"), ("unpaid", "ready"), ("unpaid", "shipped"), ("unpaid", "unknown")],
    ),
    (
        "orders_syncrun",
        "orders_syncrun",
        "state",
        ["queued"],
        [("failed", "queued"), ("queued", "failed"), ("queued", "running"), ("queued", "stopped"), ("running", "done"), ("running", "failed"), ("running", "queued"), ("running", "stopped")],
    ),
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("integrations", "0002_rules")]
    operations = [
        tenant_tables(
            [
                "orders_syncrun",
                "orders_importchunk",
                "orders_syncrunrow",
                "orders_order",
                "orders_orderline",
                "orders_orderproblem",
            ],
            referable_tables=["orders_syncrun", "orders_order", "orders_orderline"],
            keys={
                "orders_syncrun": {"store_id": "integrations_storeconnection"},
                "orders_importchunk": {"run_id": "orders_syncrun"},
                "orders_syncrunrow": {"run_id": "orders_syncrun"},
                "orders_order": {"store_id": "integrations_storeconnection"},
                "orders_orderline": {"order_id": "orders_order"},
                "orders_orderproblem": {"order_id": "orders_order"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE POLICY orders_syncrun_finder ON orders_syncrun FOR SELECT TO CURRENT_ROLE USING (true);",
            migrations.RunSQL.noop,
        ),
    ]
