from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbound", "0002_rules")]
    operations = [
        migrations.AddField(
            model_name="inboundline",
            name="arrived",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
