import django.db.models.deletion
import salur.tenancy.tenant_model
from django.db import migrations, models

from salur.foundation.tenant_sql import tenant_tables

# Limits that an older form let through stand under the constraint from now on. The tables' owner sees no rows while
# their policy is forced, so it is lifted for the one statement.
LIMITS = """
ALTER TABLE catalog_masterproduct NO FORCE ROW LEVEL SECURITY;
UPDATE catalog_masterproduct SET inbound_days = least(inbound_days, greatest(0, shelf_life_days - 1)),
  outbound_days = least(outbound_days, greatest(0, shelf_life_days - 1))
WHERE shelf_life_days = 0 AND (inbound_days > 0 OR outbound_days > 0)
   OR shelf_life_days > 0 AND (inbound_days >= shelf_life_days OR outbound_days >= shelf_life_days);
ALTER TABLE catalog_masterproduct FORCE ROW LEVEL SECURITY;
"""
# A part must be a single product and a bundle a bundle: the kind is part of the keys.
KINDS = """
ALTER TABLE catalog_masterproduct ADD CONSTRAINT catalog_masterproduct_kind_key UNIQUE (merchant_id, id, kind);
ALTER TABLE catalog_bundlepart ADD CONSTRAINT catalog_bundlepart_bundle_kind_fk
  FOREIGN KEY (merchant_id, bundle_id, bundle_kind) REFERENCES catalog_masterproduct (merchant_id, id, kind);
ALTER TABLE catalog_bundlepart ADD CONSTRAINT catalog_bundlepart_part_kind_fk
  FOREIGN KEY (merchant_id, part_id, part_kind) REFERENCES catalog_masterproduct (merchant_id, id, kind);
"""

# A bundle has no stock of its own: neither a balance of a bundle, nor a bundle of what has a balance.
NO_STOCK = """
CREATE FUNCTION salur_bundle_without_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'stock_balance' THEN
    IF EXISTS (SELECT 1 FROM catalog_masterproduct p WHERE p.merchant_id = NEW.merchant_id AND p.id = NEW.product_id
               AND p.kind = 'bundle') THEN
      RAISE EXCEPTION 'a bundle has no stock of its own' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF EXISTS (SELECT 1 FROM stock_balance b WHERE b.merchant_id = NEW.merchant_id AND b.product_id = NEW.id) THEN
    RAISE EXCEPTION 'what has stock cannot become a bundle' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stock_balance_no_bundle AFTER INSERT ON stock_balance
  FOR EACH ROW EXECUTE FUNCTION salur_bundle_without_stock();
CREATE TRIGGER catalog_bundle_no_balance AFTER UPDATE OF kind ON catalog_masterproduct
  FOR EACH ROW WHEN (NEW.kind = 'bundle' AND OLD.kind <> 'bundle') EXECUTE FUNCTION salur_bundle_without_stock();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_added_not_pushed'),
        ('stock', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BundlePart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('quantity', models.PositiveIntegerField()),
                ('bundle_kind', models.TextField(db_default='bundle', default='bundle', editable=False)),
                ('part_kind', models.TextField(db_default='single', default='single', editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='ProductChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('version', models.PositiveIntegerField()),
                ('fields', models.JSONField()),
                ('actor', models.TextField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProductImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('position', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('thumbnail', models.BinaryField()),
                ('media_type', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProductImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('name', models.TextField()),
                ('content', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('state', models.TextField(choices=[('queued', 'Being checked'), ('ready', 'Waits for your word'), ('importing', 'Being imported'), ('done', 'Imported'), ('refused', 'Cannot be read')], default='queued')),
                ('counts', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('code', models.TextField(blank=True)),
                ('detail', models.JSONField(default=dict)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='masterproduct',
            name='archived_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='masterproduct',
            name='kind',
            field=models.TextField(choices=[('single', 'Single product'), ('bundle', 'Bundle')], db_default='single', default='single'),
        ),
        migrations.AddField(
            model_name='masterproduct',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name='masterproduct',
            index=models.Index(condition=models.Q(('barcode', ''), _negated=True), fields=['merchant_id', 'barcode'], name='catalog_product_barcode'),
        ),
        migrations.AddConstraint(
            model_name='masterproduct',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'bundle'])), name='catalog_product_kind'),
        ),
        migrations.RunSQL(LIMITS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='masterproduct',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('inbound_days', 0), ('outbound_days', 0), ('shelf_life_days', 0)), models.Q(('inbound_days__lt', models.F('shelf_life_days')), ('outbound_days__lt', models.F('shelf_life_days'))), _connector='OR'), name='catalog_product_life'),
        ),
        migrations.AddField(
            model_name='bundlepart',
            name='bundle',
            field=salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.masterproduct'),
        ),
        migrations.AddField(
            model_name='bundlepart',
            name='part',
            field=salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.masterproduct'),
        ),
        migrations.AddField(
            model_name='productchange',
            name='product',
            field=salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.masterproduct'),
        ),
        migrations.AddField(
            model_name='productimage',
            name='product',
            field=salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.masterproduct'),
        ),
        migrations.AddIndex(
            model_name='productimport',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'importing'])), fields=['merchant_id', 'id'], name='catalog_productimport_due'),
        ),
        migrations.AddConstraint(
            model_name='productimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'ready', 'importing', 'done', 'refused'])), name='catalog_productimport_state'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'bundle', 'part'), name='catalog_bundlepart_once'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='catalog_bundlepart_quantity'),
        ),
        migrations.AddConstraint(
            model_name='bundlepart',
            constraint=models.CheckConstraint(condition=models.Q(('bundle_kind', 'bundle'), ('part_kind', 'single')), name='catalog_bundlepart_kind'),
        ),
        migrations.AddConstraint(
            model_name='productchange',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'product', 'version'), name='catalog_productchange_once'),
        ),
        migrations.AddIndex(
            model_name='productimage',
            index=models.Index(fields=['merchant_id', 'product', 'position'], name='catalog_productimage_order'),
        ),
        migrations.AddConstraint(
            model_name='productimage',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'product', 'sha256'), name='catalog_productimage_once'),
        ),
        tenant_tables(
            ["catalog_bundlepart", "catalog_productchange", "catalog_productimage", "catalog_productimport"],
            keys={
                "catalog_productchange": {"product_id": "catalog_masterproduct"},
                "catalog_productimage": {"product_id": "catalog_masterproduct"},
            },
        ),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
        migrations.RunSQL(NO_STOCK, migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE POLICY catalog_productimport_finder ON catalog_productimport"
            " FOR SELECT TO CURRENT_ROLE USING (true);",
            migrations.RunSQL.noop,
        ),
    ]
