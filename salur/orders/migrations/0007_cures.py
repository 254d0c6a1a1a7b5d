import django.contrib.postgres.fields
from django.db import migrations, models

from salur.foundation.tenant_sql import tenant_tables


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_number_shown")]

    operations = [
        migrations.CreateModel(
            name="Cure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merchant_id", models.BigIntegerField(editable=False)),
                ("cause", models.TextField()),
                ("key", models.JSONField()),
                ("shown", models.JSONField(default=dict)),
                ("remedy", models.TextField()),
                (
                    "orders",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("actor", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["merchant_id", "-id"], name="orders_cure_list")]},
        ),
        tenant_tables(["orders_cure"]),
    ]
