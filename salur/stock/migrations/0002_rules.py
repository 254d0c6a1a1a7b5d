from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables

APPEND_ONLY = """
CREATE TRIGGER stock_movement_append_only BEFORE UPDATE OR DELETE ON stock_movement
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
-- What the trigger refuses is not granted either.
DO $$ DECLARE grantee name; BEGIN
  FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
    WHERE g.table_name IN ('stock_movement', 'tenancy_transition', 'tenancy_auditentry')
      AND g.grantee NOT IN (current_user, 'PUBLIC')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON stock_movement, tenancy_transition, tenancy_auditentry FROM %I',
                   grantee);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial"), ("catalog", "0003_rules"), ("integrations", "0002_rules")]
    operations = [
        tenant_tables(
            ["stock_balance", "stock_movement", "stock_stocksyncrun", "stock_stocksyncline"],
            referable_tables=["stock_balance", "stock_stocksyncrun"],
            keys={
                "stock_balance": {"warehouse_id": "stock_warehouse", "product_id": "catalog_masterproduct"},
                "stock_movement": {"balance_id": "stock_balance"},
                "stock_stocksyncrun": {"warehouse_id": "stock_warehouse"},
                "stock_stocksyncline": {"run_id": "stock_stocksyncrun"},
            },
        ),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
