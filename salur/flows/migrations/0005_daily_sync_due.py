from django.db import migrations

# Warehouses whose daily sync is due (R130), and stock syncs that nobody is at: new ones, those whose worker was lost,
# those that waited for their time. Whole warehouses of one account are read one after the other, because they share
# its rate budget.
DAILY_SYNC = """
CREATE FUNCTION salur_daily_sync_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'daily_sync', w.merchant_id, w.id FROM stock_warehouse w
    JOIN integrations_warehouseaccount a ON a.merchant_id = w.merchant_id AND a.id = w.account_id
    WHERE w.daily_sync AND w.active AND w.next_sync_at <= p_now AND a.state = 'connected'
  UNION ALL
  SELECT 'stock_sync', r.merchant_id, r.id FROM stock_stocksyncrun r
    JOIN stock_warehouse w ON w.merchant_id = r.merchant_id AND w.id = r.warehouse_id
    WHERE r.finished_at IS NULL
      AND (r.lease_until IS NULL OR r.lease_until < p_now) AND (r.next_at IS NULL OR r.next_at <= p_now)
      AND (r.wanted IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM stock_stocksyncrun o JOIN stock_warehouse v ON v.merchant_id = o.merchant_id AND v.id = o.warehouse_id
        WHERE o.merchant_id = r.merchant_id AND o.finished_at IS NULL AND o.wanted IS NULL AND o.id <> r.id
          AND o.lease_until >= p_now AND v.account_id = w.account_id))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0004_inbound_due"), ("stock", "0004_sync_in_steps")]
    operations = [migrations.RunSQL(DAILY_SYNC, "DROP FUNCTION salur_daily_sync_due(timestamptz);")]
