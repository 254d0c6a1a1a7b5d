from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbound", "0011_races")]

    operations = [
        migrations.AddField(
            model_name="outbound",
            name="handover",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
