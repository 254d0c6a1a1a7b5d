from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables
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
APPEND_ONLY = """
CREATE TRIGGER stocktakes_stocktakeentry_append_only BEFORE UPDATE OR DELETE ON stocktakes_stocktakeentry
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
-- What the trigger refuses is not granted either.
DO $$ DECLARE grantee name; BEGIN
  FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
    WHERE g.table_name = 'stocktakes_stocktakeentry' AND g.grantee NOT IN (current_user, 'PUBLIC')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON stocktakes_stocktakeentry FROM %I', grantee);
  END LOOP;
END $$;
"""


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
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
