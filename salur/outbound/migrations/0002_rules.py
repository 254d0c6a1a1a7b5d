from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "outbound_push",
        "outbound_outbound",
        "push",
        ["draft", "waiting", "ready"],
        [("draft", "void"), ("draft", "waiting"), ("pushed", "void"), ("pushing", "pushed"), ("pushing", "ready"), ("pushing", "rejected"), ("pushing", "unknown"), ("pushing", "waiting"), ("ready", "pushing"), ("ready", "void"), ("ready", "waiting"), ("rejected", "pushed"), ("rejected", "void"), ("rejected", "waiting"), ("unknown", "pushed"), ("unknown", "ready"), ("unknown", "rejected"), ("unknown", "void"), ("waiting", "ready"), ("waiting", "void")],
    ),
    (
        "outbound_task",
        "outbound_outbound",
        "task",
        ["none"],
        [("accepted", "cancelled"), ("accepted", "completed"), ("accepted", "exception"), ("accepted", "packed"), ("accepted", "picked"), ("accepted", "picking"), ("exception", "accepted"), ("exception", "cancelled"), ("exception", "completed"), ("exception", "packed"), ("exception", "picked"), ("exception", "picking"), ("none", "accepted"), ("none", "cancelled"), ("none", "completed"), ("none", "exception"), ("none", "packed"), ("none", "picked"), ("none", "picking"), ("packed", "cancelled"), ("packed", "completed"), ("packed", "exception"), ("picked", "cancelled"), ("picked", "completed"), ("picked", "exception"), ("picked", "packed"), ("picking", "cancelled"), ("picking", "completed"), ("picking", "exception"), ("picking", "packed"), ("picking", "picked")],
    ),
    (
        "outbound_shipment",
        "outbound_outbound",
        "shipment",
        ["none", "due", "numbered"],
        [("arranged", "failed"), ("arranged", "numbered"), ("due", "arranged"), ("due", "failed"), ("due", "none"), ("due", "numbered"), ("failed", "due"), ("failed", "none"), ("labelled", "due"), ("none", "due"), ("none", "numbered"), ("numbered", "failed"), ("numbered", "labelled")],
    ),
    (
        "outbound_cancellation",
        "outbound_outbound",
        "cancellation",
        ["none"],
        [("asked", "conflict"), ("asked", "done"), ("asked", "sent"), ("none", "asked"), ("pending", "conflict"), ("pending", "done"), ("pending", "refused"), ("refused", "asked"), ("refused", "conflict"), ("refused", "done"), ("sent", "asked"), ("sent", "conflict"), ("sent", "done"), ("sent", "pending"), ("sent", "refused")],
    ),
    (
        "outbound_confirmation",
        "outbound_outbound",
        "confirmation",
        ["none"],
        [("due", "confirmed"), ("due", "failed"), ("failed", "due"), ("none", "due")],
    ),
]


class Migration(migrations.Migration):
    dependencies = [("outbound", "0001_initial"), ("orders", "0002_rules"), ("stock", "0002_rules")]
    operations = [
        tenant_tables(
            ["outbound_outbound", "outbound_outboundline", "outbound_label", "outbound_pushattempt"],
            referable_tables=["outbound_outbound", "outbound_label"],
            keys={
                "outbound_outbound": {
                    "order_id": "orders_order",
                    "store_id": "integrations_storeconnection",
                    "warehouse_id": "stock_warehouse",
                    "account_id": "integrations_warehouseaccount",
                    "label_id": "outbound_label",
                },
                "outbound_outboundline": {
                    "outbound_id": "outbound_outbound",
                    "order_line_id": "orders_orderline",
                    "product_id": "catalog_masterproduct",
                },
                "outbound_label": {"outbound_id": "outbound_outbound"},
                "outbound_pushattempt": {"outbound_id": "outbound_outbound"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE POLICY outbound_outbound_finder ON outbound_outbound FOR SELECT TO CURRENT_ROLE USING (true);",
            migrations.RunSQL.noop,
        ),
    ]
