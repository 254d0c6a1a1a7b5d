import django.contrib.postgres.fields
import django.db.models.deletion
import salur.tenancy.tenant_model
from django.db import migrations, models

from salur.foundation.tenant_sql import tenant_tables

# Workers find uploads to check across merchants (see flows 0007).
FINDER = "CREATE POLICY orders_orderupload_finder ON orders_orderupload FOR SELECT TO CURRENT_ROLE USING (true);"


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0005_stock_to_stores'),
        ('orders', '0003_found_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='syncrun',
            name='file_reading',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('name', models.TextField()),
                ('headers', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('headers_key', models.CharField(max_length=64)),
                ('columns', models.JSONField()),
                ('options', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('merchant_id', 'headers_key'), name='orders_mapping_once')],
            },
        ),
        migrations.CreateModel(
            name='OrderUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('name', models.TextField(blank=True)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('state', models.TextField(choices=[('columns', 'Columns needed'), ('queued', 'Queued'), ('running', 'Being checked'), ('ready', 'Ready to import'), ('refused', 'Cannot be read')])),
                ('file_format', models.TextField(blank=True)),
                ('reading', models.JSONField(default=dict)),
                ('code', models.TextField(blank=True)),
                ('detail', models.JSONField(default=dict)),
                ('read', models.BigIntegerField(default=0)),
                ('orders', models.PositiveIntegerField(default=0)),
                ('lines', models.PositiveIntegerField(default=0)),
                ('known', models.PositiveIntegerField(default=0)),
                ('problems', models.PositiveIntegerField(default=0)),
                ('sample', models.JSONField(default=dict)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('created_by', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('store', salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='integrations.storeconnection')),
            ],
        ),
        migrations.CreateModel(
            name='UploadChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('upload', salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderupload')),
            ],
        ),
        migrations.CreateModel(
            name='UploadProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('external_id', models.TextField(blank=True)),
                ('line', models.PositiveIntegerField()),
                ('column', models.TextField(blank=True)),
                ('code', models.TextField()),
                ('detail', models.JSONField(default=dict)),
                ('upload', salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderupload')),
            ],
        ),
        migrations.AddIndex(
            model_name='orderupload',
            index=models.Index(fields=['merchant_id', '-id'], name='orders_upload_list'),
        ),
        migrations.AddConstraint(
            model_name='orderupload',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['columns', 'queued', 'running', 'ready', 'refused'])), name='orders_upload_state'),
        ),
        migrations.AddConstraint(
            model_name='uploadchunk',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'upload', 'number'), name='orders_upchunk_once'),
        ),
        migrations.AddIndex(
            model_name='uploadproblem',
            index=models.Index(fields=['merchant_id', 'upload', 'id'], name='orders_upproblem_list'),
        ),
        tenant_tables(
            ["orders_columnmapping", "orders_orderupload", "orders_uploadchunk", "orders_uploadproblem"],
            referable_tables=["orders_orderupload"],
            keys={
                "orders_orderupload": {"store_id": "integrations_storeconnection"},
                "orders_uploadchunk": {"upload_id": "orders_orderupload"},
                "orders_uploadproblem": {"upload_id": "orders_orderupload"},
            },
        ),
        migrations.RunSQL(FINDER, migrations.RunSQL.noop),
    ]
