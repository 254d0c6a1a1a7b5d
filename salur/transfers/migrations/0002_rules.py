from django.db import migrations

from salur.foundation.tenant_sql import append_only, tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "transfer",
        "transfers_transfer",
        "state",
        ["draft"],
        [
            ("draft", "sent"),
            ("draft", "cancelled"),
            ("sent", "receiving"),
            ("sent", "completed"),
            ("sent", "short"),
            ("receiving", "completed"),
            ("receiving", "short"),
            ("short", "completed"),
            ("short", "cancelled"),
        ],
    ),
]
# An inbound list that was taken back and deleted as a draft leaves its transfer without one.
LIST_GONE = """
ALTER TABLE transfers_transfer ADD CONSTRAINT transfers_transfer_inbound_id_tenant_fk
  FOREIGN KEY (merchant_id, inbound_id) REFERENCES inbound_inboundlist (merchant_id, id)
  ON DELETE SET NULL (inbound_id);
"""


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]
    operations = [
        tenant_tables(
            ["transfers_transfer", "transfers_transferline", "transfers_transfermove"],
            referable_tables=["transfers_transfer", "transfers_transferline"],
            keys={
                "transfers_transfer": {"source_id": "stock_warehouse", "target_id": "stock_warehouse"},
                "transfers_transferline": {
                    "transfer_id": "transfers_transfer",
                    "product_id": "catalog_masterproduct",
                },
                "transfers_transfermove": {"line_id": "transfers_transferline"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        append_only("transfers_transfermove"),
        migrations.RunSQL(LIST_GONE, migrations.RunSQL.noop),
    ]
