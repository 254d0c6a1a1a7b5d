from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables
from salur.foundation.transitions import trigger_sql

# Frozen: a machine that changes later needs a migration of its own (a test compares both lists).
MACHINES = [
    (
        "inbound_push",
        "inbound_inboundlist",
        "push",
        ["draft"],
        [("draft", "pushed"), ("draft", "ready"), ("draft", "void"), ("pushing", "pushed"), ("pushing", "ready"), ("pushing", "rejected"), ("pushing", "unknown"), ("ready", "draft"), ("ready", "pushing"), ("ready", "void"), ("rejected", "draft"), ("rejected", "pushed"), ("rejected", "ready"), ("rejected", "void"), ("unknown", "pushed"), ("unknown", "ready"), ("unknown", "void")],
    ),
    (
        "inbound_task",
        "inbound_inboundlist",
        "task",
        ["none"],
        [("arriving", "cancelled"), ("arriving", "completed"), ("arriving", "exception"), ("arriving", "receiving"), ("exception", "arriving"), ("exception", "cancelled"), ("exception", "completed"), ("exception", "receiving"), ("none", "arriving"), ("none", "cancelled"), ("none", "completed"), ("none", "exception"), ("none", "receiving"), ("receiving", "cancelled"), ("receiving", "completed"), ("receiving", "exception")],
    ),
    (
        "inbound_cancellation",
        "inbound_inboundlist",
        "cancellation",
        ["none"],
        [("asked", "done"), ("asked", "refused"), ("asked", "sent"), ("none", "asked"), ("refused", "asked"), ("refused", "done"), ("sent", "asked"), ("sent", "done"), ("sent", "refused")],
    ),
]

APPEND_ONLY = """
CREATE TRIGGER inbound_inboundreceipt_append_only BEFORE UPDATE OR DELETE ON inbound_inboundreceipt
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
-- What the trigger refuses is not granted either.
DO $$ DECLARE grantee name; BEGIN
  FOR grantee IN SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
    WHERE g.table_name = 'inbound_inboundreceipt' AND g.grantee NOT IN (current_user, 'PUBLIC')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON inbound_inboundreceipt FROM %I', grantee);
  END LOOP;
END $$;
"""
FINDER = """
CREATE POLICY inbound_inboundlist_finder ON inbound_inboundlist FOR SELECT TO CURRENT_ROLE USING (true);
CREATE POLICY inbound_inboundline_finder ON inbound_inboundline FOR SELECT TO CURRENT_ROLE USING (true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inbound", "0001_initial"),
        ("stock", "0002_rules"),
        ("catalog", "0003_rules"),
        ("integrations", "0002_rules"),
    ]
    operations = [
        tenant_tables(
            ["inbound_inboundlist", "inbound_inboundline", "inbound_inboundreceipt", "inbound_inboundpushattempt"],
            referable_tables=["inbound_inboundlist", "inbound_inboundline"],
            keys={
                "inbound_inboundlist": {
                    "warehouse_id": "stock_warehouse",
                    "account_id": "integrations_warehouseaccount",
                },
                "inbound_inboundline": {
                    "inbound_id": "inbound_inboundlist",
                    "product_id": "catalog_masterproduct",
                },
                "inbound_inboundreceipt": {
                    "inbound_id": "inbound_inboundlist",
                    "line_id": "inbound_inboundline",
                },
                "inbound_inboundpushattempt": {"inbound_id": "inbound_inboundlist"},
            },
        ),
        migrations.RunSQL("\n".join(trigger_sql(*machine) for machine in MACHINES), migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(FINDER, migrations.RunSQL.noop),
    ]
