from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_rules")]
    operations = [
        migrations.AddField(
            model_name="credential",
            name="refresh_lease_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ratebudget",
            name="granted",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
