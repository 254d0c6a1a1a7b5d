from django.db import migrations

from salur.foundation.tenant_sql import tenant_tables

# A product cannot be bound to the location of another warehouse.
SAME_WAREHOUSE = """
ALTER TABLE locations_locationbinding ADD CONSTRAINT locations_binding_same_warehouse
  FOREIGN KEY (merchant_id, warehouse_id, location_id)
  REFERENCES locations_location (merchant_id, warehouse_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("locations", "0001_initial")]
    operations = [
        tenant_tables(
            ["locations_location", "locations_locationbinding"],
            referable_tables=["locations_location"],
            keys={
                "locations_location": {"warehouse_id": "stock_warehouse"},
                "locations_locationbinding": {
                    "warehouse_id": "stock_warehouse",
                    "location_id": "locations_location",
                    "product_id": "catalog_masterproduct",
                },
            },
        ),
        migrations.RunSQL(SAME_WAREHOUSE, migrations.RunSQL.noop),
    ]
