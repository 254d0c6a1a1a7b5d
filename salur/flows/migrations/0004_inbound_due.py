from django.db import migrations

# Inbound lists with work due, across merchants (see 0001). Target: an account; a warehouse for inbound_submit.
INBOUND = """
CREATE FUNCTION salur_inbound_due(p_now timestamptz) RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT 'inbound_push', i.merchant_id, i.account_id FROM inbound_inboundlist i
    JOIN integrations_warehouseaccount a ON a.id = i.account_id AND a.state = 'connected'
    WHERE i.push = 'ready' AND (i.push_next_at IS NULL OR i.push_next_at <= p_now)
  UNION ALL
  SELECT DISTINCT 'inbound_doubt', i.merchant_id, i.account_id FROM inbound_inboundlist i
    JOIN integrations_warehouseaccount a ON a.id = i.account_id AND a.state = 'connected'
    WHERE (i.push = 'pushing' AND i.push_lease_until < p_now)
       OR (i.push = 'unknown' AND (i.push_next_at IS NULL OR i.push_next_at <= p_now)
           AND (i.push_lease_until IS NULL OR i.push_lease_until < p_now))
  UNION ALL
  SELECT DISTINCT 'inbound_follow', i.merchant_id, i.account_id FROM inbound_inboundlist i
    JOIN integrations_warehouseaccount a ON a.id = i.account_id AND a.state = 'connected'
    WHERE i.push = 'pushed' AND i.task NOT IN ('completed', 'cancelled')
      AND (i.task_next_at IS NULL OR i.task_next_at <= p_now)
  UNION ALL
  SELECT DISTINCT 'inbound_cancel', i.merchant_id, i.account_id FROM inbound_inboundlist i
    JOIN integrations_warehouseaccount a ON a.id = i.account_id AND a.state = 'connected'
    WHERE i.push NOT IN ('pushing', 'unknown')
      AND ((i.cancellation = 'asked' AND (i.cancellation_next_at IS NULL OR i.cancellation_next_at <= p_now))
           OR (i.cancellation = 'sent' AND i.cancellation_lease_until < p_now))
  UNION ALL
  SELECT DISTINCT 'inbound_submit', i.merchant_id, i.warehouse_id FROM inbound_inboundlist i
    WHERE i.push = 'draft' AND i.autosubmit AND NOT EXISTS (
      SELECT 1 FROM inbound_inboundline l WHERE l.inbound_id = i.id AND i.account_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM catalog_warehouseproduct p WHERE p.warehouse_id = i.warehouse_id
          AND p.product_id = l.product_id AND p.push = 'pushed'))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0003_recheck_due"), ("inbound", "0002_rules")]
    operations = [migrations.RunSQL(INBOUND, "DROP FUNCTION salur_inbound_due(timestamptz);")]
