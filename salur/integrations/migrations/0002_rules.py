from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables

STORE = "integrations_storeconnection"
ACCOUNT = "integrations_warehouseaccount"
EITHER = {"store_id": STORE, "account_id": ACCOUNT}


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("tenancy", "0002_rules")]
    operations = [
        tenant_tables(
            [
                STORE,
                ACCOUNT,
                "integrations_credential",
                "integrations_identityclaim",
                "integrations_ratebudget",
                "integrations_exchangerecord",
                "integrations_webhookdelivery",
            ],
            referable_tables=[STORE, ACCOUNT],
            keys={
                "integrations_credential": EITHER,
                "integrations_ratebudget": EITHER,
                "integrations_exchangerecord": EITHER,
                "integrations_webhookdelivery": EITHER,
            },
        ),
        migrations.RunSQL(
            f"""
CREATE POLICY {STORE}_finder ON {STORE} FOR SELECT TO CURRENT_ROLE USING (true);
CREATE POLICY {ACCOUNT}_finder ON {ACCOUNT} FOR SELECT TO CURRENT_ROLE USING (true);
CREATE FUNCTION salur_connection_merchant(p_kind text, p_id bigint) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT merchant_id FROM {STORE} WHERE p_kind = 'store' AND id = p_id
  UNION ALL SELECT merchant_id FROM {ACCOUNT} WHERE p_kind = 'account' AND id = p_id $$;
""",
            migrations.RunSQL.noop,
        ),
    ]
