from django.db import migrations

# A composite key (merchant_id, id) to another tenant table implies that the merchant exists, so its own key to the
# merchant is checked twice. On the tables that take many rows at once that costs about a tenth of an import.
IMPLIED = (
    "orders_orderline",
    "orders_order",
    "orders_syncrunrow",
    "orders_orderproblem",
    "outbound_outbound",
    "outbound_outboundline",
    "stock_movement",
    "stock_balance",
)


class Migration(migrations.Migration):
    dependencies = [("flows", "0001_due_work"), ("stock", "0002_rules")]
    operations = [
        migrations.RunSQL(
            "\n".join(f"ALTER TABLE {table} DROP CONSTRAINT {table}_merchant_fk;" for table in IMPLIED),
            "\n".join(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_merchant_fk FOREIGN KEY (merchant_id)"
                " REFERENCES tenancy_merchant (id);"
                for table in IMPLIED
            ),
        )
    ]
