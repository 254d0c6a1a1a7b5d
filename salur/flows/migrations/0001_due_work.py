from django.db import migrations

# Workers find work across merchants by this function alone: it answers (kind, merchant, target) and nothing else.
# target: a store for poll, shipment, confirm, store_event; an account for products, push, doubt, follow, cancel,
# account_event; a run for run.
DUE_WORK = """
CREATE FUNCTION salur_due_work(p_now timestamptz) RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'poll', s.merchant_id, s.id FROM integrations_storeconnection s
    WHERE s.state = 'connected' AND s.automatic_sync AND s.next_poll_at <= p_now
  UNION ALL
  SELECT 'run', r.merchant_id, r.id FROM orders_syncrun r
    WHERE (r.state = 'queued' AND (r.next_at IS NULL OR r.next_at <= p_now))
       OR (r.state = 'running' AND r.lease_until < p_now)
  UNION ALL
  SELECT DISTINCT 'products', p.merchant_id, w.account_id
    FROM catalog_warehouseproduct p JOIN stock_warehouse w ON w.id = p.warehouse_id AND w.merchant_id = p.merchant_id
    JOIN integrations_warehouseaccount a ON a.id = w.account_id AND a.state = 'connected'
    WHERE (p.push = 'not_pushed' AND (p.next_at IS NULL OR p.next_at <= p_now))
       OR (p.push = 'pushing' AND p.lease_until < p_now)
  UNION ALL
  SELECT DISTINCT 'shipment', o.merchant_id, o.store_id FROM outbound_outbound o
    JOIN integrations_storeconnection s ON s.id = o.store_id AND s.state = 'connected'
    WHERE o.shipment IN ('due', 'arranged', 'numbered')
      AND (o.shipment_next_at IS NULL OR o.shipment_next_at <= p_now)
      AND (o.shipment_lease_until IS NULL OR o.shipment_lease_until < p_now)
  UNION ALL
  SELECT DISTINCT 'push', o.merchant_id, o.account_id FROM outbound_outbound o
    JOIN integrations_warehouseaccount a ON a.id = o.account_id AND a.state = 'connected'
    WHERE o.push = 'ready' AND (o.push_next_at IS NULL OR o.push_next_at <= p_now)
  UNION ALL
  SELECT DISTINCT 'doubt', o.merchant_id, o.account_id FROM outbound_outbound o
    JOIN integrations_warehouseaccount a ON a.id = o.account_id AND a.state = 'connected'
    WHERE (o.push = 'pushing' AND o.push_lease_until < p_now)
       OR (o.push = 'unknown' AND (o.push_next_at IS NULL OR o.push_next_at <= p_now)
           AND (o.push_lease_until IS NULL OR o.push_lease_until < p_now))
  UNION ALL
  SELECT 'follow', a.merchant_id, a.id FROM integrations_warehouseaccount a
    WHERE a.state = 'connected' AND a.next_follow_up_at <= p_now
  UNION ALL
  SELECT DISTINCT 'confirm', o.merchant_id, o.store_id FROM outbound_outbound o
    JOIN integrations_storeconnection s ON s.id = o.store_id AND s.state = 'connected'
    WHERE o.confirmation = 'due'
      AND (o.confirmation_next_at IS NULL OR o.confirmation_next_at <= p_now)
      AND (o.confirmation_lease_until IS NULL OR o.confirmation_lease_until < p_now)
  UNION ALL
  SELECT DISTINCT 'cancel', o.merchant_id, o.account_id FROM outbound_outbound o
    JOIN integrations_warehouseaccount a ON a.id = o.account_id AND a.state = 'connected'
    WHERE o.cancellation IN ('asked', 'sent', 'pending')
      AND (o.cancellation_next_at IS NULL OR o.cancellation_next_at <= p_now)
      AND (o.cancellation_lease_until IS NULL OR o.cancellation_lease_until < p_now)
  UNION ALL
  SELECT DISTINCT CASE WHEN d.store_id IS NULL THEN 'account_event' ELSE 'store_event' END, d.merchant_id,
         coalesce(d.store_id, d.account_id)
    FROM integrations_webhookdelivery d WHERE d.processed_at IS NULL
$$;
CREATE POLICY integrations_webhookdelivery_finder ON integrations_webhookdelivery
  FOR SELECT TO CURRENT_ROLE USING (true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0002_rules"),
        ("orders", "0002_rules"),
        ("catalog", "0003_rules"),
        ("integrations", "0002_rules"),
        ("tenancy", "0002_rules"),
    ]
    operations = [migrations.RunSQL(DUE_WORK, migrations.RunSQL.noop)]
