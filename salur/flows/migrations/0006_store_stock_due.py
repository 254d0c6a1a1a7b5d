from django.db import migrations

# Stores that have to be told what they may sell: products changed, listings are to be worked out anew, figures wait.
STORE_STOCK = """
CREATE FUNCTION salur_store_stock_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT 'stock_changed', c.merchant_id, c.merchant_id FROM stock_stockchange c
  UNION ALL
  SELECT 'recount', s.merchant_id, s.id FROM integrations_storeconnection s
    WHERE s.push_stock AND s.state = 'connected' AND s.stock_recount_at <= p_now
  UNION ALL
  SELECT 'store_stock', s.merchant_id, s.id FROM integrations_storeconnection s
    WHERE s.push_stock AND s.state = 'connected' AND EXISTS (
      SELECT 1 FROM catalog_listingstock l WHERE l.merchant_id = s.merchant_id AND l.store_id = s.id
        AND l.state = 'due' AND (l.next_at IS NULL OR l.next_at <= p_now)
        AND (l.lease_until IS NULL OR l.lease_until < p_now))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("flows", "0005_daily_sync_due"),
        ("stock", "0005_stockchange"),
        ("catalog", "0006_listingstock"),
        ("integrations", "0005_stock_to_stores"),
    ]
    operations = [migrations.RunSQL(STORE_STOCK, "DROP FUNCTION salur_store_stock_due(timestamptz);")]
