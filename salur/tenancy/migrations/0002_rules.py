from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables

SCOPE = """
CREATE FUNCTION salur_merchant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('salur.merchant', true), '')::bigint $$;

ALTER TABLE tenancy_merchant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy_merchant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenancy_merchant_tenant ON tenancy_merchant USING (id = salur_merchant());
-- The owner reads what the finder functions below answer from; nobody else does across merchants.
CREATE POLICY tenancy_merchant_finder ON tenancy_merchant FOR SELECT TO CURRENT_ROLE USING (true);
"""

FINDERS = """
CREATE POLICY tenancy_membership_finder ON tenancy_membership FOR SELECT TO CURRENT_ROLE USING (true);
CREATE POLICY tenancy_apitoken_finder ON tenancy_apitoken FOR SELECT TO CURRENT_ROLE USING (true);

CREATE FUNCTION salur_create_merchant(p_name text, p_country text, p_zone text, p_currency text, p_owner bigint)
  RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE new_id bigint := nextval(pg_get_serial_sequence('tenancy_merchant', 'id'));
        outer_merchant text := coalesce(current_setting('salur.merchant', true), '');
BEGIN
  PERFORM set_config('salur.merchant', new_id::text, true);
  INSERT INTO tenancy_merchant (id, name, country, time_zone, currency, entitlements, created_at)
    VALUES (new_id, p_name, p_country, p_zone, p_currency, '{}', now());
  INSERT INTO tenancy_membership (merchant_id, user_id, role) VALUES (new_id, p_owner, 'owner');
  PERFORM set_config('salur.merchant', outer_merchant, true);
  RETURN new_id;
END $$;

CREATE FUNCTION salur_memberships(p_user bigint) RETURNS TABLE (merchant_id bigint, name text, role text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.id, m.name, s.role FROM tenancy_membership s JOIN tenancy_merchant m ON m.id = s.merchant_id
  WHERE s.user_id = p_user ORDER BY m.id $$;

CREATE FUNCTION salur_token(p_digest text) RETURNS TABLE (merchant_id bigint, token_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.merchant_id, t.id FROM tenancy_apitoken t WHERE t.digest = p_digest $$;
"""

APPEND_ONLY = """
CREATE FUNCTION salur_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER tenancy_transition_append_only BEFORE UPDATE OR DELETE ON tenancy_transition
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
CREATE TRIGGER tenancy_auditentry_append_only BEFORE UPDATE OR DELETE ON tenancy_auditentry
  FOR EACH ROW EXECUTE FUNCTION salur_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.RunSQL(SCOPE, migrations.RunSQL.noop),
        tenant_tables(
            [
                "tenancy_membership",
                "tenancy_apitoken",
                "tenancy_transition",
                "tenancy_auditentry",
                "tenancy_idempotencykey",
            ]
        ),
        migrations.RunSQL(FINDERS + APPEND_ONLY, migrations.RunSQL.noop),
    ]
