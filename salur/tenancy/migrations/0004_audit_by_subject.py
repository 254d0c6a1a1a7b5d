from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_merchants")]
    operations = [
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["merchant_id", "subject", "id"], name="tenancy_audit_subject"),
        ),
    ]
