import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import salur.tenancy.tenant_model
from salur.foundation.tenant_sql import tenant_tables

# Rows there already are filled past the policies, which are forced upon the owner, too.
FILL = """
ALTER TABLE stock_balance NO FORCE ROW LEVEL SECURITY;
ALTER TABLE stock_movement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog_masterproduct NO FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog_warehouseproduct NO FORCE ROW LEVEL SECURITY;
INSERT INTO stock_balance (merchant_id, warehouse_id, product_id, msku, on_hand, reserved, incoming, disputed)
SELECT w.merchant_id, w.warehouse_id, w.product_id, '', 0, 0, 0, 0 FROM catalog_warehouseproduct w
ON CONFLICT (merchant_id, warehouse_id, product_id) DO NOTHING;
UPDATE stock_balance b SET msku = p.msku FROM catalog_masterproduct p
WHERE p.merchant_id = b.merchant_id AND p.id = b.product_id;
INSERT INTO stock_dailyshipped (merchant_id, balance_id, day, pieces)
SELECT merchant_id, balance_id, (at AT TIME ZONE 'UTC')::date, -sum(d_on_hand) FROM stock_movement
WHERE cause = 'ship' GROUP BY 1, 2, 3;
ALTER TABLE stock_balance FORCE ROW LEVEL SECURITY;
ALTER TABLE stock_movement FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog_masterproduct FORCE ROW LEVEL SECURITY;
ALTER TABLE catalog_warehouseproduct FORCE ROW LEVEL SECURITY;
"""

# A product's new MSKU reaches its balances by the key itself.
MSKU = """
ALTER TABLE catalog_masterproduct ADD CONSTRAINT catalog_masterproduct_msku_key UNIQUE (merchant_id, id, msku);
ALTER TABLE stock_balance ADD CONSTRAINT stock_balance_msku_fk FOREIGN KEY (merchant_id, product_id, msku)
  REFERENCES catalog_masterproduct (merchant_id, id, msku) ON UPDATE CASCADE;
"""

# UPDATE and DELETE were refused to everybody before; now TRUNCATE is, too.
NO_TRUNCATE = """
CREATE TRIGGER stock_movement_no_truncate BEFORE TRUNCATE ON stock_movement
  FOR EACH STATEMENT EXECUTE FUNCTION salur_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_added_not_pushed"), ("stock", "0007_return_address")]

    operations = [
        migrations.CreateModel(
            name="DailyShipped",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(editable=False)),
                ("day", models.DateField()),
                ("pieces", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="StockSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(editable=False)),
                ("low_at", models.PositiveIntegerField(blank=True, null=True)),
                ("cover_weeks", models.PositiveSmallIntegerField(default=4)),
            ],
        ),
        migrations.AddField("balance", "low_at", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("balance", "low_own", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("balance", "msku", models.TextField(default=""), preserve_default=False),
        migrations.AddField(
            "balance",
            "free",
            models.GeneratedField(
                db_persist=True, expression=F("on_hand") - F("reserved"), output_field=models.IntegerField()
            ),
        ),
        migrations.AddField(
            "balance",
            "low",
            models.GeneratedField(
                db_persist=True,
                expression=Q(low_at__isnull=False, on_hand__lte=F("low_at") + F("reserved")),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddField("movement", "reason", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField(
            "dailyshipped",
            "balance",
            salur.tenancy.tenant_model.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="stock.balance",
            ),
        ),
        migrations.AddConstraint(
            "stocksettings",
            models.UniqueConstraint(fields=("merchant_id",), name="stock_settings_once"),
        ),
        migrations.AddConstraint(
            "stocksettings",
            models.CheckConstraint(condition=Q(cover_weeks__gte=1, cover_weeks__lte=26), name="stock_settings_weeks"),
        ),
        migrations.AddConstraint(
            "dailyshipped",
            models.UniqueConstraint(fields=("merchant_id", "balance", "day"), name="stock_shipped_once"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(MSKU, migrations.RunSQL.noop),
        migrations.RunSQL(NO_TRUNCATE, "DROP TRIGGER stock_movement_no_truncate ON stock_movement;"),
        tenant_tables(
            ["stock_dailyshipped", "stock_stocksettings"], keys={"stock_dailyshipped": {"balance_id": "stock_balance"}}
        ),
        migrations.AddIndex(
            "balance", models.Index(fields=["merchant_id", "warehouse", "msku"], name="stock_balance_by_msku")
        ),
        migrations.AddIndex(
            "balance", models.Index(fields=["merchant_id", "warehouse", "free", "id"], name="stock_balance_by_free")
        ),
        migrations.AddIndex(
            "balance",
            models.Index(
                condition=Q(low=True), fields=["merchant_id", "warehouse", "msku"], name="stock_balance_low"
            ),
        ),
        migrations.AddIndex(
            "balance",
            models.Index(condition=Q(free=0), fields=["merchant_id", "warehouse", "msku"], name="stock_balance_out"),
        ),
        migrations.AddIndex(
            "balance",
            models.Index(
                condition=Q(disputed__gt=0),
                fields=["merchant_id", "warehouse", "msku"],
                name="stock_balance_disputed",
            ),
        ),
        migrations.AddIndex(
            "balance",
            models.Index(
                condition=Q(incoming__gt=0),
                fields=["merchant_id", "warehouse", "msku"],
                name="stock_balance_incoming",
            ),
        ),
    ]
