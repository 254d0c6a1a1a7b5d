from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial"), ("stock", "0002_rules")]
    operations = [
        tenant_tables(["routing_routingrule"], keys={"routing_routingrule": {"warehouse_id": "stock_warehouse"}})
    ]
