"""The index that the dashboard's count of unsettled cancellations reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbound", "0013_placed_by_hand")]

    operations = [
        migrations.AddIndex(
            model_name="outbound",
            index=models.Index(
                condition=models.Q(("cancellation__in", ["refused", "conflict"])),
                fields=["merchant_id", "-id"],
                name="outbound_unsettled",
            ),
        ),
    ]
