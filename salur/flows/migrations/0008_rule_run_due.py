from django.db import migrations

# Runs of the rules over orders that nobody is at: new ones, and those whose worker was lost.
RULE_RUN = """
CREATE FUNCTION salur_rule_run_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'rule_run', r.merchant_id, r.id FROM routing_rulerun r
    WHERE r.state = 'queued' OR (r.state = 'running' AND r.lease_until < p_now)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0007_upload_due"), ("routing", "0003_conditions_and_dry_run")]
    operations = [migrations.RunSQL(RULE_RUN, "DROP FUNCTION salur_rule_run_due(timestamptz);")]
