from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0003_conditions_and_dry_run")]
    operations = [
        migrations.AddField("rulerun", "also_by_hand", models.BooleanField(default=False, db_default=False)),
    ]
