from django.db import migrations

# The net under flows/recheck.py: merchants with lists that wait for something which is no longer in the way.
RECHECK = """
CREATE FUNCTION salur_recheck_due() RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT 'recheck', o.merchant_id, o.merchant_id FROM outbound_outbound o
  WHERE o.push = 'waiting' AND (
    (o.blocked_by = 'product_push_waits' AND NOT EXISTS (
       SELECT 1 FROM catalog_warehouseproduct p WHERE p.merchant_id = o.merchant_id
         AND p.warehouse_id = o.warehouse_id AND p.push IN ('not_pushed', 'pushing')))
    OR (o.blocked_by = 'account_not_connected' AND EXISTS (
       SELECT 1 FROM integrations_warehouseaccount a WHERE a.id = o.account_id AND a.state = 'connected'))
    OR (o.blocked_by = 'store_not_connected' AND EXISTS (
       SELECT 1 FROM integrations_storeconnection s WHERE s.id = o.store_id AND s.state = 'connected')))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0002_implied_keys")]
    operations = [migrations.RunSQL(RECHECK, "DROP FUNCTION salur_recheck_due();")]
