from django.db import migrations

# For commands of whoever runs the installation (verify the stock of all): ids only, everything else needs the scope.
MERCHANTS = """
CREATE FUNCTION salur_merchants() RETURNS TABLE (merchant_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.id FROM tenancy_merchant m ORDER BY m.id $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_rules")]
    operations = [migrations.RunSQL(MERCHANTS, "DROP FUNCTION salur_merchants()")]
