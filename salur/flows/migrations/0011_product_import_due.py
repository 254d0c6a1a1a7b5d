from django.db import migrations

# Spreadsheets of products that nobody is at: to be checked, to be imported, and those whose worker was lost.
PRODUCT_IMPORT = """
CREATE FUNCTION salur_product_import_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'product_import', i.merchant_id, i.id FROM catalog_productimport i
    WHERE i.state IN ('queued', 'importing') AND (i.lease_until IS NULL OR i.lease_until < p_now)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0010_hold_due"), ("catalog", "0009_products_whole")]
    operations = [migrations.RunSQL(PRODUCT_IMPORT, "DROP FUNCTION salur_product_import_due(timestamptz);")]
