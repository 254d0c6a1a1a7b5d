from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbound", "0012_handover")]
    operations = [
        migrations.AddField("outbound", "by_hand", models.BooleanField(default=False, db_default=False)),
    ]
