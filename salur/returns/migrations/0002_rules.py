from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables
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
APPEND_ONLY = """
CREATE TRIGGER returns_returnreceipt_append_only BEFORE UPDATE OR DELETE ON returns_returnreceipt
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
-- What the trigger refuses is not granted either.
DO $$ DECLARE grantee name; BEGIN
  FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
    WHERE g.table_name = 'returns_returnreceipt' AND g.grantee NOT IN (current_user, 'PUBLIC')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON returns_returnreceipt FROM %I', grantee);
  END LOOP;
END $$;
"""


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
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
