from django.db import migrations

# Merchants with held orders whose time has come.
HOLD = """
CREATE FUNCTION salur_hold_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT 'hold', o.merchant_id, o.merchant_id FROM orders_order o WHERE o.hold_until <= p_now
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0009_bulk_due"), ("orders", "0005_notes_tags_and_holds")]
    operations = [migrations.RunSQL(HOLD, "DROP FUNCTION salur_hold_due(timestamptz);")]
