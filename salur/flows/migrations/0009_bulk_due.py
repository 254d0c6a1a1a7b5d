from django.db import migrations

# Bulk runs with rows to work off: queued, or held by a worker that was lost.
BULK = """
CREATE FUNCTION salur_bulk_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'bulk', b.merchant_id, b.id FROM outbound_bulkrun b
    WHERE b.state = 'queued' OR (b.state = 'running' AND b.lease_until < p_now)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0008_rule_run_due"), ("outbound", "0006_bulk_runs")]
    operations = [migrations.RunSQL(BULK, "DROP FUNCTION salur_bulk_due(timestamptz);")]
