from django.db import migrations

# Uploaded order files whose preview nobody is at: new ones, and those whose worker was lost.
UPLOAD = """
CREATE FUNCTION salur_upload_due(p_now timestamptz)
  RETURNS TABLE (kind text, merchant_id bigint, target_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'preview', u.merchant_id, u.id FROM orders_orderupload u
    WHERE u.state = 'queued' OR (u.state = 'running' AND u.lease_until < p_now)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("flows", "0006_store_stock_due"), ("orders", "0004_uploads")]
    operations = [migrations.RunSQL(UPLOAD, "DROP FUNCTION salur_upload_due(timestamptz);")]
