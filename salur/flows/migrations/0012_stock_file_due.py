from django.db import migrations

# Large tables of stock that nobody is at: to be judged, to be written, and those whose worker was lost.
STOCK_FILE = """
CREATE FUNCTION salur_stock_file_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'stock_file', f.merchant_id, f.id FROM stock_stockfile f
    WHERE f.state IN ('queued', 'writing') AND (f.lease_until IS NULL OR f.lease_until < p_now)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0011_product_import_due"), ("stock", "0010_stock_files")]
    operations = [migrations.RunSQL(STOCK_FILE, "DROP FUNCTION salur_stock_file_due(timestamptz);")]
