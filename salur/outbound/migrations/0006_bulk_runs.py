import django.db.models.deletion
import salur.tenancy.tenant_model
from django.db import migrations, models

from salur.foundation.tenant_sql import tenant_tables
from salur.foundation.transitions import trigger_sql

# Workers find runs across merchants (see flows 0009).
FINDER = "CREATE POLICY outbound_bulkrun_finder ON outbound_bulkrun FOR SELECT TO CURRENT_ROLE USING (true);"
MACHINE = (
    "outbound_bulkrun",
    "outbound_bulkrun",
    "state",
    ["queued"],
    [("failed", "queued"), ("queued", "running"), ("queued", "stopped"), ("running", "done"), ("running", "failed"), ("running", "queued"), ("running", "stopped"), ("stopped", "queued")],
)

class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_uploads'),
        ('outbound', '0005_what_is_told'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('action', models.TextField()),
                ('options', models.JSONField(default=dict)),
                ('source', models.TextField(blank=True)),
                ('state', models.TextField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='queued')),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('error_code', models.TextField(blank=True)),
                ('actor', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['merchant_id', '-id'], name='outbound_bulk_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed', 'stopped'])), name='outbound_bulk_state')],
            },
        ),
        migrations.CreateModel(
            name='BulkRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_id', models.BigIntegerField(editable=False)),
                ('outcome', models.TextField(choices=[('waiting', 'Not begun'), ('done', 'Done'), ('skipped', 'Skipped'), ('failed', 'Failed')], default='waiting')),
                ('code', models.TextField(blank=True)),
                ('evidence', models.JSONField(default=dict)),
                ('order', salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('outbound', salur.tenancy.tenant_model.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outbound.outbound')),
                ('run', salur.tenancy.tenant_model.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outbound.bulkrun')),
            ],
            options={
                'indexes': [models.Index(fields=['merchant_id', 'run', 'outcome', 'id'], name='outbound_bulkrow_list')],
                'constraints': [models.UniqueConstraint(fields=('merchant_id', 'run', 'order', 'outbound'), name='outbound_bulkrow_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'done', 'skipped', 'failed'])), name='outbound_bulkrow_outcome')],
            },
        ),
        tenant_tables(
            ["outbound_bulkrun", "outbound_bulkrow"],
            referable_tables=["outbound_bulkrun"],
            keys={
                "outbound_bulkrow": {
                    "run_id": "outbound_bulkrun",
                    "order_id": "orders_order",
                    "outbound_id": "outbound_outbound",
                },
            },
        ),
        migrations.RunSQL(FINDER, migrations.RunSQL.noop),
        migrations.RunSQL(trigger_sql(*MACHINE), migrations.RunSQL.noop),
    ]
