import django.db.models.deletion
from django.db import migrations, models

import salur.tenancy.tenant_model
from salur.foundation.tenant_sql import tenant_tables


class Migration(migrations.Migration):
    """A bulk run may carry out the remedy of a great group of problem orders."""

    dependencies = [("orders", "0007_cures"), ("outbound", "0014_unsettled")]

    operations = [
        migrations.AddField(
            model_name="bulkrun",
            name="cure",
            field=salur.tenancy.tenant_model.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.cure",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cure__isnull", False)),
                fields=("merchant_id", "cure"),
                name="outbound_bulk_cure",
            ),
        ),
        tenant_tables(
            [], referable_tables=["orders_cure"], keys={"outbound_bulkrun": {"cure_id": "orders_cure"}}
        ),
    ]
